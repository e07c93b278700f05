//! A process that may open no more files loses nothing and recovers. A test of its own process: the limit is that of all.
#![cfg(unix)]

use std::fs::File;

use bytes::Bytes;
use kyc_core::SessionId;
use kyc_persist::Blobs;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

#[tokio::test]
async fn a_directory_that_cannot_be_opened_for_now_stops_nothing_for_good() {
    let place = tempfile::tempdir().unwrap();
    let blobs = Blobs::local(place.path()).unwrap();
    let session: SessionId = "s-1".parse().unwrap();
    let blob = blobs
        .put(&session, Bytes::from_static(b"one"))
        .await
        .unwrap();

    let maximum = getrlimit(Resource::Nofile).maximum;
    let current = Some(128);
    setrlimit(Resource::Nofile, Rlimit { current, maximum }).unwrap();
    let mut open = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        open.push(file);
    }
    // The image goes, which takes no file; its directory cannot be synced, so that it is not acknowledged.
    let refused = blobs.delete(&session, &blob).await;
    open.clear();
    assert!(refused.is_err());

    blobs.pulse().check().unwrap();
    blobs.delete(&session, &blob).await.unwrap();
    let again = blobs.put(&session, Bytes::from_static(b"two")).await;
    assert!(blobs.exists(&session, &again.unwrap()).await.unwrap());
}
