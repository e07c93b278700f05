//! The copy that people look at: one picture, or the pages of a PDF one behind the other.

use axum::body::Bytes;

/// What was made of one file, picture by picture, each a JPEG. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sheets(Vec<Bytes>);

impl Sheets {
    /// Of a photograph.
    pub(crate) fn photo(picture: Vec<u8>) -> Self {
        Self(vec![picture.into()])
    }

    /// Of a PDF, in order; none where there is no page.
    pub(crate) fn pdf(pages: Vec<Vec<u8>>) -> Option<Self> {
        match pages.is_empty() {
            true => None,
            false => Some(Self(pages.into_iter().map(Bytes::from).collect())),
        }
    }

    /// How many there are.
    pub(crate) const fn count(&self) -> usize {
        self.0.len()
    }

    /// One of them, counted from 1.
    pub(crate) fn sheet(&self, number: usize) -> Option<Bytes> {
        self.0.get(number.checked_sub(1)?).cloned()
    }

    /// As one object. A single picture is kept as it is, as it was before there were several.
    pub(crate) fn bound(self) -> Bytes {
        if let [only] = &self.0[..] {
            return only.clone();
        }
        let mut bytes = MARK.to_vec();
        bytes.extend_from_slice(&length(self.0.len()));
        for sheet in &self.0 {
            bytes.extend_from_slice(&length(sheet.len()));
        }
        for sheet in &self.0 {
            bytes.extend_from_slice(sheet);
        }
        bytes.into()
    }

    /// What was kept as one object; none when it is not what was kept.
    pub(crate) fn of(bound: Bytes) -> Option<Self> {
        let Some(rest) = bound.strip_prefix(MARK) else {
            return Some(Self(vec![bound]));
        };
        let (count, mut lengths) = number(rest)?;
        let mut at = MARK.len() + LENGTH * count.checked_add(1)?;
        let mut sheets = Vec::new();
        for _ in 0..count {
            let (length, rest) = number(lengths)?;
            lengths = rest;
            let end = at.checked_add(length)?;
            if end > bound.len() {
                return None;
            }
            sheets.push(bound.slice(at..end));
            at = end;
        }
        (count > 0 && at == bound.len()).then_some(Self(sheets))
    }
}

fn length(length: usize) -> [u8; LENGTH] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<LENGTH>()?;
    Some((u32::from_be_bytes(*number) as usize, rest))
}

/// No JPEG begins like this.
const MARK: &[u8] = b"kyc sheets 1\n";

const LENGTH: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_come_out_as_they_were_bound() {
        let three = vec![vec![1; 3], Vec::new(), vec![2; 70_000]];
        let bound = Sheets::pdf(three.clone()).unwrap().bound();
        let sheets = Sheets::of(bound).unwrap();
        assert_eq!(sheets.count(), 3);
        for (index, sheet) in three.into_iter().enumerate() {
            assert_eq!(sheets.sheet(index + 1), Some(sheet.into()));
        }
        assert_eq!(sheets.sheet(0), None);
        assert_eq!(sheets.sheet(4), None);
    }

    #[test]
    fn a_photo_is_kept_as_it_is() {
        let photo = Bytes::from_static(b"\xFF\xD8\xFF photo");
        assert_eq!(Sheets::photo(photo.to_vec()).bound(), photo);
        let sheets = Sheets::of(photo.clone()).unwrap();
        assert_eq!((sheets.count(), sheets.sheet(1)), (1, Some(photo)));
    }

    #[test]
    fn sheets_that_are_cut_off_anywhere_are_none() {
        let bound = Sheets::pdf(vec![vec![1; 3], vec![2; 4]]).unwrap().bound();
        for length in MARK.len()..bound.len() {
            assert_eq!(Sheets::of(bound.slice(..length)), None, "{length}");
        }
        let longer = [&bound[..], b"x"].concat();
        assert_eq!(Sheets::of(longer.into()), None);
    }
}
