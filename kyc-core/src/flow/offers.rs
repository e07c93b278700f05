//! The documents that can be chosen, country by country.

use alloc::vec::Vec;

use super::Flow;
use crate::case::{DocumentType, Side};
use crate::country::Country;
use crate::json::written;

written! {
    /// The documents of one country.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Offers {
        /// Which country.
        pub country: Country,
        /// Its documents that are accepted.
        pub documents: Vec<Offered>,
    }

    /// A document that is accepted.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Offered {
        /// Its kind.
        #[serde(rename = "type")]
        pub document: DocumentType,
        /// The sides to photograph, in order.
        pub sides: Vec<Side>,
    }
}

impl Flow {
    /// Which documents can be chosen, country by country; countries of which none is accepted are left out.
    pub fn offers(&self) -> Vec<Offers> {
        let mut offers = Vec::new();
        for country in Country::all() {
            let mut documents = Vec::new();
            for &document in DocumentType::ALL {
                if let Some(sides) = self.sides(country, document) {
                    let sides = sides.to_vec();
                    documents.push(Offered { document, sides });
                }
            }
            if !documents.is_empty() {
                offers.push(Offers { country, documents });
            }
        }
        offers
    }
}
