//! A WebAssembly module as far as its size goes: how large each function is and what it is called, and how much is data.

/// Functions with their names and bytes, and the bytes of the data.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Module {
    pub(super) functions: Vec<(String, usize)>,
    pub(super) data: usize,
}

impl Module {
    /// Nothing when it is no module, or is cut off.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = Bytes(bytes.strip_prefix(b"\0asm\x01\0\0\0")?);
        let (mut imported, mut sizes, mut data, mut names) = (0, Vec::new(), 0, Vec::new());
        while !rest.0.is_empty() {
            let id = rest.byte()?;
            let mut section = rest.part()?;
            match id {
                0 if section.part()?.0 == b"name" => names = section.names()?,
                2 => imported = section.imports()?,
                10 => sizes = section.bodies()?,
                11 => data = section.0.len(),
                _ => {}
            }
        }
        let name = |function| {
            let found = names.iter().find(|(place, _)| *place == function);
            found.map_or_else(
                || format!("function {function}"),
                |(_, name)| readable(name),
            )
        };
        let functions = (imported..).zip(sizes);
        Some(Self {
            functions: functions.map(|(at, size)| (name(at), size)).collect(),
            data,
        })
    }
}

/// Without what tells two of the same name apart.
fn readable(name: &str) -> String {
    let whole = format!("{:#}", rustc_demangle::demangle(name));
    match whole.rsplit_once("::h") {
        Some((name, hash)) if hash.len() == 16 => name.to_owned(),
        _ => whole,
    }
}

/// What is left of a section.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// A number in LEB128.
    fn number(&mut self) -> Option<usize> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let byte = self.byte()?;
            number |= usize::from(byte & 127).checked_shl(shift)?;
            shift += 7;
            if byte < 128 {
                return Some(number);
            }
        }
    }

    /// What is preceded by its length.
    fn part(&mut self) -> Option<Self> {
        let length = self.number()?;
        let (part, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(Self(part))
    }

    /// How many functions are imported. The border to JavaScript imports nothing else but what is skipped here.
    fn imports(&mut self) -> Option<usize> {
        let mut functions = 0;
        for _ in 0..self.number()? {
            self.part()?;
            self.part()?;
            match self.byte()? {
                0 => {
                    self.number()?;
                    functions += 1;
                }
                3 => self.0 = self.0.get(2..)?,
                _ => return None,
            }
        }
        Some(functions)
    }

    fn bodies(&mut self) -> Option<Vec<usize>> {
        let number = self.number()?;
        (0..number).map(|_| Some(self.part()?.0.len())).collect()
    }

    /// The names of functions, by their place.
    fn names(&mut self) -> Option<Vec<(usize, String)>> {
        while !self.0.is_empty() {
            let kind = self.byte()?;
            let mut list = self.part()?;
            if kind == 1 {
                let number = list.number()?;
                let one = |_| {
                    let place = list.number()?;
                    Some((place, String::from_utf8_lossy(list.part()?.0).into_owned()))
                };
                return (0..number).map(one).collect();
            }
        }
        Some(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One imported function, two of its own of which one has a name, five bytes of data.
    const SMALL: &[u8] = b"\0asm\x01\0\0\0\
        \x02\x07\x01\x01a\x01b\x00\x00\
        \x0a\x09\x02\x02\x00\x0b\x04\x00\x01\x01\x0b\
        \x0b\x05abcde\
        \x00\x0b\x04name\x01\x04\x01\x02\x01f";

    #[test]
    fn functions_are_as_large_as_their_bodies_and_called_as_they_are() {
        let expected = Module {
            functions: vec![("function 1".to_owned(), 2), ("f".to_owned(), 4)],
            data: 5,
        };
        assert_eq!(Module::read(SMALL), Some(expected));
    }

    #[test]
    fn what_is_cut_off_is_no_module() {
        let whole = Module::read(SMALL);
        for length in 0..SMALL.len() {
            assert_ne!(Module::read(&SMALL[..length]), whole, "{length}");
        }
    }
}
