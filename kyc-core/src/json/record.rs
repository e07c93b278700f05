//! One description of a record for both ways in which it is read and written: serde's own, for everybody who works in Rust,
//! and the one that a browser downloads. Both go by the fields' `#[serde(…)]`.

/// A field of a record.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in quotation marks, with a comma before and a colon behind.
    pub(super) key: &'static str,
    /// Whether a record without it can be read.
    pub(super) may_miss: bool,
    /// Whether it is not written when it is blank.
    pub(super) is_left_out: bool,
}

impl Field {
    #[doc(hidden)]
    pub const fn new(key: &'static str, may_miss: bool, is_left_out: bool) -> Self {
        Self {
            key,
            may_miss,
            is_left_out,
        }
    }

    pub(super) fn name(&self) -> &'static str {
        self.key.get(2..self.key.len() - 2).unwrap_or_default()
    }
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

        impl crate::json::Read for $name {
            fn blank() -> Self {
                Self { $($field: crate::json::start!($type $(, $($serde)*)?)),* }
            }

            fn read(&mut self, reader: &mut crate::json::Reader<'_>) -> crate::json::Found<()> {
                reader.record(&Self::FIELDS, &mut [$(&mut self.$field),*])
            }
        }
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

        impl $name {
            const FIELDS: [crate::json::Field; [$(stringify!($field)),*].len()] =
                [$(crate::json::field!($field $(, $($serde)*)?)),*];
        }

        impl crate::json::Write for $name {
            fn write(&self, text: &mut alloc::vec::Vec<u8>) {
                crate::json::object(text, &Self::FIELDS, &[$(&self.$field),*]);
            }

            fn is_blank(&self) -> bool {
                const CAN_BE: bool = crate::json::all_are_left_out(&$name::FIELDS);
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
        crate::json::Field::new(concat!(",\"", $name, "\":"), $may_miss, $is_left_out)
    };
}
pub(crate) use field;

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
