//! The documents that can be chosen, country by country.

use kyc_core::{Country, DocumentType, Flow, Side};
use serde::Serialize;

/// The documents of one country.
#[derive(Serialize)]
pub(crate) struct Offers {
    country: Country,
    documents: Vec<Offer>,
}

/// A document and its sides to photograph.
#[derive(Serialize)]
struct Offer {
    #[serde(rename = "type")]
    document: DocumentType,
    sides: Vec<Side>,
}

pub(crate) fn of(flow: &Flow) -> Vec<Offers> {
    let offers = Country::all().map(|country| Offers {
        country,
        documents: DocumentType::ALL
            .iter()
            .filter_map(|&document| {
                let sides = flow.sides(country, document)?.to_vec();
                Some(Offer { document, sides })
            })
            .collect(),
    });
    offers
        .filter(|offers| !offers.documents.is_empty())
        .collect()
}
