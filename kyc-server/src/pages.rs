//! The two pages as files: what is served, what it is called, how long a browser may keep it, which scripts stand in it.

use std::path::{Path, PathBuf};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use base64ct::{Base64, Encoding};
use sha2::{Digest, Sha256};
use tower_http::services::ServeDir;

use crate::problem::Problem;

/// Which page a path belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    /// The applicant's.
    Apply,
    /// The reviewers'.
    Backoffice,
}

impl Page {
    /// None for everything that is not a page.
    pub(crate) fn of(path: &str) -> Option<Self> {
        if path.starts_with("/apply/") {
            Some(Self::Apply)
        } else if path.starts_with("/backoffice/")
            && path != "/backoffice/v1"
            && !path.starts_with("/backoffice/v1/")
        {
            Some(Self::Backoffice)
        } else {
            None
        }
    }
}

/// A directory that holds `apply/` and `backoffice/`, as a bundler has left them.
#[derive(Clone, Debug)]
pub(crate) struct Pages(Option<PathBuf>);

impl Pages {
    pub(crate) fn new(directory: Option<&Path>) -> Self {
        Self(directory.map(Path::to_owned))
    }

    /// Answers everything that no route has taken.
    pub(crate) async fn answer(self, request: Request) -> Response {
        match request.uri().path() {
            "/" | "/apply" => return Redirect::temporary("/apply/").into_response(),
            "/backoffice" => return Redirect::temporary("/backoffice/").into_response(),
            path if Page::of(path).is_none() => return Problem::not_found().into_response(),
            _ => {}
        }
        if ![Method::GET, Method::HEAD].contains(request.method()) {
            return Problem::method_not_allowed().into_response();
        }
        match self.0 {
            Some(directory) => file(&directory, request).await,
            None => Problem::not_found()
                .detail("this server was started without pages")
                .into_response(),
        }
    }
}

/// The scripts that stand in a document, as its policy names them: each by its SHA-256. An extension of its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Inline(pub(crate) Vec<String>);

impl Inline {
    /// Of a script without any attribute, as the page's build writes it. A document is read from the disk and nothing is ever put
    /// into it, so that whoever could add a script to one could change any file of the page.
    fn of(document: &[u8]) -> Self {
        let text = str::from_utf8(document).unwrap_or_default();
        let scripts = text.split("<script>").skip(1);
        let scripts = scripts.filter_map(|rest| Some(rest.split_once("</script>")?.0));
        Self(scripts.map(|script| digest(script.as_bytes())).collect())
    }
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256-{}", Base64::encode_string(&Sha256::digest(bytes)))
}

async fn file(directory: &Path, request: Request) -> Response {
    let path = request.uri().path();
    if path.ends_with('/') || path.ends_with(".html") {
        return document(directory, request).await;
    }
    // A bundler puts a digest into the name of everything below `assets/`: what has such a name never changes.
    let lasting = request.uri().path().contains("/assets/");
    let files = ServeDir::new(directory);
    // Only what never changes has smaller copies beside it: of a file that somebody edits, they would be those of yesterday.
    let mut files = if lasting {
        files.precompressed_br().precompressed_gzip()
    } else {
        files
    };
    let Ok(response) = files.try_call(request).await else {
        return Problem::not_found().into_response();
    };
    if response.status() == StatusCode::NOT_FOUND {
        return Problem::not_found().into_response();
    }
    let mut response = response.map(Body::new);
    response.headers_mut().insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(match lasting {
            true => "public, max-age=31536000, immutable",
            false => "no-cache",
        }),
    );
    response
}

/// A document. Its tag and the scripts that its policy lets run are made of the very bytes that are sent, so that they agree in every
/// cache: when the file was written says nothing, since whoever rolls a page back puts an older one there.
async fn document(directory: &Path, request: Request) -> Response {
    let mut whole = Request::new(Body::empty());
    *whole.uri_mut() = request.uri().clone();
    let found = match ServeDir::new(directory).try_call(whole).await {
        Ok(found) if found.status() == StatusCode::OK => found.map(Body::new),
        Ok(found) if found.status().is_redirection() => return found.map(Body::new),
        _ => return Problem::not_found().into_response(),
    };
    let Ok(bytes) = to_bytes(found.into_body(), LARGEST_DOCUMENT).await else {
        return Problem::internal().into_response();
    };
    let tag = format!("\"{}\"", digest(&bytes));
    let headers = [
        (header::CONTENT_TYPE, "text/html"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::ETAG, &tag),
    ];
    let inline = axum::Extension(Inline::of(&bytes));
    match has(request.headers(), &tag) {
        true => (StatusCode::NOT_MODIFIED, headers, inline).into_response(),
        false => (headers, inline, bytes).into_response(),
    }
}

/// Whether a cache that asks has this one already.
fn has(headers: &HeaderMap, tag: &str) -> bool {
    let told = headers.get_all(header::IF_NONE_MATCH).iter();
    told.filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|one| one.trim().trim_start_matches("W/") == tag)
}

/// In bytes. A page is a frame for its scripts.
const LARGEST_DOCUMENT: usize = 1024 * 1024;
