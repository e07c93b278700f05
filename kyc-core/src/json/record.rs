//! One description of a record for both ways in which it is read and written: serde's own, for everybody who works in Rust,
//! and the one that a browser downloads. Both go by the fields' `#[serde(…)]`.

/// A field of a record. Only its key is there when the program runs: the rest is asked while it is built.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    /// Its name in quotation marks, with a comma before and a colon behind.
    pub(crate) key: &'static str,
    /// Whether a record without it can be read.
    pub(crate) may_miss: bool,
    /// Whether it is not written when it is blank.
    pub(crate) is_left_out: bool,
}

impl Field {
    /// A record without it can be read if its type says so, too.
    pub(crate) const fn or_may_miss(self, may_miss: bool) -> Self {
        Self {
            may_miss: self.may_miss || may_miss,
            ..self
        }
    }
}

/// The keys of the fields, in order.
pub(crate) const fn keys<const N: usize>(fields: [Field; N]) -> [&'static str; N] {
    let mut keys = [""; N];
    let mut place = 0;
    while place < N {
        keys[place] = fields[place].key;
        place += 1;
    }
    keys
}

/// Those that a record has to have, a bit for each.
pub(crate) const fn needed(fields: &[Field]) -> u32 {
    let (mut needed, mut place) = (0, 0);
    while place < fields.len() {
        needed |= (!fields[place].may_miss as u32) << place;
        place += 1;
    }
    needed
}

/// Whether such a record can have nothing in it at all.
pub(crate) const fn all_are_left_out(fields: &[Field]) -> bool {
    let mut place = 0;
    while place < fields.len() {
        if !fields[place].is_left_out {
            return false;
        }
        place += 1;
    }
    true
}

/// Declares structs that are written as objects, and read from them.
///
/// `#[serde(rename = "…", default, skip_serializing_if = "…")]` of a field holds for both ways; what is skipped is what
/// [`super::Write::is_blank`] says. Unknown fields are refused.
macro_rules! records {
    ($(
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {$(
            $(#[doc = $doc:literal])*
            $(#[serde($($serde:tt)*)])?
            $(#[cfg_attr($($cfg:tt)*)])*
            $field_vis:vis $field:ident: $type:ty
        ),* $(,)?}
    )*) => {$(
        crate::json::written! {
            $(#[$meta])*
            #[derive(serde::Deserialize)]
            #[serde(deny_unknown_fields)]
            $vis struct $name {$(
                $(#[doc = $doc])*
                $(#[serde($($serde)*)])?
                $(#[cfg_attr($($cfg)*)])*
                $field_vis $field: $type
            ),*}
        }

        const _: () = {
            use crate::json::{Fields, Found, Malformed, Read, Reader};

            #[expect(non_camel_case_types, reason = "named as the fields are")]
            enum Place { $($field),* }

            const FIELDS: [crate::json::Field; [$(stringify!($field)),*].len()] =
                [$(crate::json::field!($field $(, $($serde)*)?).or_may_miss(<$type as Read>::MAY_MISS)),*];

            impl Read for $name {
                fn blank() -> Self {
                    Self { $($field: crate::json::start!($type $(, $($serde)*)?)),* }
                }

                fn read(&mut self, reader: &mut Reader<'_>) -> Found<()> {
                    const NEEDED: u32 = crate::json::needed(&FIELDS);
                    reader.record(&const { crate::json::keys(FIELDS) }, NEEDED, self)
                }
            }

            impl Fields for $name {
                fn read_field(&mut self, place: usize, reader: &mut Reader<'_>) -> Found<()> {
                    match place {
                        $(place if place == Place::$field as usize => {
                            crate::json::anew!(self.$field, $type $(, $($serde)*)?);
                            self.$field.read(reader)
                        })*
                        _ => Err(Malformed),
                    }
                }
            }
        };
    )*};
}
pub(crate) use records;

/// Declares structs that are only written.
macro_rules! written {
    ($(
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {$(
            $(#[doc = $doc:literal])*
            $(#[serde($($serde:tt)*)])?
            $(#[cfg_attr($($cfg:tt)*)])*
            $field_vis:vis $field:ident: $type:ty
        ),* $(,)?}
    )*) => {$(
        $(#[$meta])*
        #[derive(serde::Serialize)]
        $vis struct $name {$(
            $(#[doc = $doc])*
            $(#[serde($($serde)*)])?
            $(#[cfg_attr($($cfg)*)])*
            $field_vis $field: $type
        ),*}

        impl crate::json::Write for $name {
            fn write(&self, text: &mut alloc::vec::Vec<u8>) {
                let begin = text.len();
                $({
                    const FIELD: crate::json::Field = crate::json::field!($field $(, $($serde)*)?);
                    if !FIELD.is_left_out || !crate::json::Write::is_blank(&self.$field) {
                        crate::json::put(text, FIELD.key, &self.$field);
                    }
                })*
                crate::json::close(text, begin);
            }

            fn is_blank(&self) -> bool {
                const CAN_BE: bool =
                    crate::json::all_are_left_out(&[$(crate::json::field!($field $(, $($serde)*)?)),*]);
                CAN_BE $(&& crate::json::Write::is_blank(&self.$field))*
            }
        }
    )*};
}
pub(crate) use written;

/// A field as its `#[serde(…)]` describes it.
macro_rules! field {
    ($field:ident) => {
        crate::json::field!(@ stringify!($field), false, false)
    };
    ($field:ident, default) => {
        crate::json::field!(@ stringify!($field), true, false)
    };
    ($field:ident, default = $start:literal) => {
        crate::json::field!(@ stringify!($field), true, false)
    };
    ($field:ident, default, skip_serializing_if = $blank:literal) => {
        crate::json::field!(@ stringify!($field), true, true)
    };
    ($field:ident, rename = $name:literal) => {
        crate::json::field!(@ $name, false, false)
    };
    ($field:ident, rename = $name:literal, default, skip_serializing_if = $blank:literal) => {
        crate::json::field!(@ $name, true, true)
    };
    (@ $name:expr, $may_miss:literal, $is_left_out:literal) => {
        crate::json::Field {
            key: crate::json::key!($name),
            may_miss: $may_miss,
            is_left_out: $is_left_out,
        }
    };
}
pub(crate) use field;

/// The key of a field of that name.
macro_rules! key {
    ($name:expr) => {
        concat!(",\"", $name, "\":")
    };
}
pub(crate) use key;

/// What a field holds before it is read.
macro_rules! start {
    ($type:ty, default = "ten") => {
        ten()
    };
    ($type:ty, default $(, skip_serializing_if = $blank:literal)?) => {
        Default::default()
    };
    ($type:ty, rename = $name:literal, default, skip_serializing_if = $blank:literal) => {
        Default::default()
    };
    ($type:ty $(, rename = $name:literal)?) => {
        <$type as crate::json::Read>::blank()
    };
}
pub(crate) use start;

/// What would be there if the field were not is none of what it holds. What is left out when it is blank is blank without it.
macro_rules! anew {
    ($field:expr, $type:ty, default) => {
        $field = <$type as crate::json::Read>::blank();
    };
    ($($other:tt)*) => {};
}
pub(crate) use anew;
