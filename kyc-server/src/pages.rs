//! The two pages as files: what is served, what it is called, how long a browser may keep it.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
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

async fn file(directory: &Path, request: Request) -> Response {
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
