//! What was handed in, for its company to look at: as pictures of what counts, never as the bytes that came.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use kyc_core::collection::{self, State as Stands};
use kyc_core::{BlobRef, Item, SessionId, review};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::IntegratorCaller;
use crate::decoders::For;
use crate::problem::Problem;
use crate::request::{Asked, Named};
use crate::schema;
use crate::uploads::Sheet;

/// The files of a session.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Files {
    files: Vec<File>,
}

/// What counts for one item.
#[derive(Debug, Serialize, ToSchema)]
struct File {
    /// `document_front`, `document_back`, `selfie`, or `step:` and the name of an additional step.
    #[schema(value_type = String)]
    item: Item,
    /// Under which name it is shown.
    #[schema(value_type = String)]
    blob: BlobRef,
}

/// List what was handed in and counts, by item. What an applicant has taken and not handed in is theirs; of somebody who was
/// erased there is nothing.
#[utoipa::path(
    get, path = "/sessions/{session}/files", tag = "integrator",
    responses(
        (status = OK, body = Files),
        (status = NOT_FOUND, body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: IntegratorCaller,
    Named(session): Named<SessionId>,
) -> Result<Json<Files>, Problem> {
    let (session, case) = app.both_charts(&session).await?;
    let files = handed_in(&session, case.as_ref()).into_iter();
    Ok(Json(Files {
        files: files.map(|(item, blob)| File { item, blob }).collect(),
    }))
}

/// The file that a path names.
#[derive(Debug, Deserialize)]
pub(crate) struct Place {
    session: SessionId,
    digest: BlobRef,
}

/// See one of the files that count: an image upright, as JPEG, without what else it carried; of a PDF one page.
#[utoipa::path(
    get, path = "/sessions/{session}/files/{digest}", tag = "integrator",
    params(Sheet),
    responses((status = OK, content_type = "image/jpeg", body = Vec<u8>, headers(("Kyc-Pages" = u32, description = "How many pages there are"))), (status = NOT_FOUND, body = schema::Problem, content_type = "application/problem+json")),
    security(("api_key" = [])),
)]
pub(crate) async fn show(
    State(app): State<App>,
    _: IntegratorCaller,
    Named(place): Named<Place>,
    Asked(sheet): Asked<Sheet>,
) -> Result<Response, Problem> {
    app.show_handed_in(&place.session, &place.digest, sheet)
        .await
}

impl App {
    /// A page of a file that counts; any other there is not.
    pub(crate) async fn show_handed_in(
        &self,
        id: &SessionId,
        blob: &BlobRef,
        sheet: Sheet,
    ) -> Result<Response, Problem> {
        let (session, case) = self.both_charts(id).await?;
        let counts = handed_in(&session, case.as_ref());
        if !counts.values().any(|counting| counting == blob) {
            return Err(Problem::not_found());
        }
        let limits = session.flow().definition().images;
        self.show(id, blob, limits, sheet, For::Applicants).await
    }
}

/// What was handed in and counts: what reviewers have, and what is on its way to them.
pub(crate) fn handed_in(
    session: &collection::Session,
    case: Option<&review::Session>,
) -> BTreeMap<Item, BlobRef> {
    if session.is_redacted() {
        return BTreeMap::new();
    }
    let items = case.map(review::Session::items).unwrap_or_default();
    let mut files: BTreeMap<_, _> = items
        .into_iter()
        .map(|item| (item.item, item.blob))
        .collect();
    let is_handed_in = matches!(
        session.state(),
        Stands::Final | Stands::Approved | Stands::Rejected
    );
    if !is_handed_in {
        return files;
    }
    let view = session.view();
    let pages = view
        .document
        .into_iter()
        .flat_map(|document| document.pages);
    files.extend(pages.map(|page| (Item::page(page.side), page.blob)));
    files.extend(view.selfie.map(|selfie| (Item::Selfie, selfie.blob)));
    let steps = session.flow().definition().additional_steps.iter();
    let steps = steps.flat_map(|steps| &steps.catalogue);
    files.extend(steps.filter_map(|step| {
        let name = step.name.parse().ok()?;
        let blob = session.file_of(name)?;
        Some((Item::AdditionalStep(name), blob.clone()))
    }));
    files
}
