//! Where what was handed in is looked at: addresses of this server that say nothing by themselves and open with key and secret.

use axum::extract::State;
use axum::response::Response;
use kyc_core::collection::Session;
use kyc_core::{BlobRef, Item, review};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::caller::Caller;
use super::refusal::Refusal;
use super::scan_ref::{scan_ref, session_of};
use crate::app::App;
use crate::files::handed_in;
use crate::request::{Asked, Named};
use crate::uploads::Sheet;

/// What an address names.
#[derive(Debug, Deserialize)]
pub(super) struct Place {
    scan_ref: String,
    digest: BlobRef,
}

/// `GET /api/v2/files/{scan_ref}/{digest}`: a picture; of a PDF one page, `?page=` from 1.
pub(super) async fn show(
    State(app): State<App>,
    _: Caller,
    Named(place): Named<Place>,
    Asked(sheet): Asked<Sheet>,
) -> Result<Response, Refusal> {
    let session = session_of(&place.scan_ref).ok_or(Refusal::unknown())?;
    Ok(app.show_handed_in(&session, &place.digest, sheet).await?)
}

/// The addresses of what counts, by name.
pub(super) fn urls(
    session: &Session,
    case: Option<&review::Session>,
    server: Option<&str>,
) -> Map<String, Value> {
    let Some(server) = server else {
        return Map::new();
    };
    let scan_ref = scan_ref(session.id());
    let files = handed_in(session, case);
    let named = |is_photo: bool| {
        let files = files
            .iter()
            .filter(move |(item, _)| item.step().is_none() == is_photo);
        files.map(|(item, blob)| {
            let url = format!("{server}/api/v2/files/{scan_ref}/{blob}");
            (name(item), Value::from(url))
        })
    };
    // A step may be called like a photo: then the photo has the name.
    named(false).chain(named(true)).collect()
}

fn name(item: &Item) -> String {
    match item {
        Item::DocumentFront => "FRONT".into(),
        Item::DocumentBack => "BACK".into(),
        Item::Selfie => "FACE".into(),
        item => item.step().map(|name| name.to_string()).unwrap_or_default(),
    }
}
