//! How a chart's events are declared: one list says who sends which event with what.

/// Declares `Event`, its wire form and `EventKind` from one list.
///
/// Events without fields are written as an empty object on the wire too, so that an unknown field is refused for every
/// event (serde ignores them for unit variants of an internally tagged enum).
macro_rules! events {
    ($($sender:ident { $($(#[$doc:meta])* $event:ident $({ $($(#[$field_attr:meta])* $field:ident: $type:ty),* $(,)? })? = $text:literal,)* })*) => {
        /// Something that happened or is asked for. Refuses what it does not know.
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
        #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
        #[serde(tag = "type")]
        #[non_exhaustive]
        pub enum Event { $($(
            $(#[$doc])*
            #[serde(rename = $text)]
            $event $({ $($(#[$field_attr])* #[allow(missing_docs, reason = "the event's line tells")] $field: $type),* })?,
        )*)* }

        impl Event {
            /// Which kind of event this is.
            pub const fn kind(&self) -> EventKind {
                match self { $($(Self::$event { .. } => EventKind::$event,)*)* }
            }

            /// Who alone may send it.
            pub const fn sender(&self) -> crate::actor::Sender {
                self.kind().sender()
            }
        }

        impl<'de> serde::Deserialize<'de> for Event {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(serde::Deserialize)]
                #[serde(tag = "type", deny_unknown_fields)]
                enum Wire { $($(
                    #[serde(rename = $text)]
                    $event { $($($(#[$field_attr])* $field: $type),*)? },
                )*)* }

                Ok(match Wire::deserialize(deserializer)? {
                    $($(Wire::$event { $($($field),*)? } => Self::$event $({ $($field),* })?,)*)*
                })
            }
        }

        crate::case::words! {
            /// The kind of an event, without what it carries.
            EventKind { $($($(#[$doc])* $event = $text),*),* }
        }

        impl EventKind {
            /// Who alone may send it.
            pub const fn sender(self) -> crate::actor::Sender {
                match self { $($(Self::$event => crate::actor::Sender::$sender,)*)* }
            }
        }
    };
}
pub(crate) use events;
