//! Nothing that tells of a person lies on the disk.

use std::path::{Path, PathBuf};

use kyc_core::collection::Event;
use kyc_core::testing::events;
use kyc_core::{
    Ask as Asked, BlobRef, Decision, Item, Outcome, RejectReason, RetakeReason, SessionId, Side,
};
use kyc_persist::{Blobs, Keeper, Kek, SealedStore, SledStore};

use super::harness::*;

const CANARIES: [&str; 6] = [
    "Zaunkönigin",
    "Rohrdommel",
    "1971-03-09",
    "Stieglitz wrote this",
    "Wiedehopf was not happy",
    "a photo of a Pirol",
];

/// From consent to a rejection, with a canary wherever a person leaves something.
async fn walk_of_canaries(keeper: &Keeper, blobs: &Blobs, session: &str) -> BlobRef {
    let id: SessionId = id(session);
    let photo = blobs.put(&id, CANARIES[5].into()).await.unwrap();
    let mut events = events::to_final();
    events[1] = events::details_of(CANARIES[0], CANARIES[1], CANARIES[2]);
    events[3] = Event::CapturePage {
        side: Side::Front,
        blob: photo.clone(),
    };
    walk(keeper, session, events).await;
    let again = Event::RequestResubmission {
        items: vec![Asked {
            item: Item::Selfie,
            reason: RetakeReason::Blurry,
            message: Some(CANARIES[3].to_owned().into()),
        }],
    };
    tell(keeper, session, "again", again).await.unwrap();
    tell(keeper, session, "selfie", events::selfie(2))
        .await
        .unwrap();
    tell(keeper, session, "accept", Event::AcceptSelfie)
        .await
        .unwrap();
    let decision = Decision {
        outcome: Outcome::Rejected,
        reason: Some(RejectReason::Other),
        message: Some(CANARIES[4].to_owned().into()),
    };
    tell(keeper, session, "decide", Event::Decide { decision })
        .await
        .unwrap();
    photo
}

/// What of a person is found under a directory, in a file or in a name.
fn found(directory: &Path, photo: &BlobRef) -> Vec<String> {
    let mut found = Vec::new();
    let needles = CANARIES.into_iter().chain([photo.as_str()]);
    for needle in needles {
        let in_file = |file: &PathBuf| {
            let bytes = std::fs::read(file).unwrap();
            let mut windows = bytes.windows(needle.len());
            windows.any(|window| window == needle.as_bytes())
                || file.to_string_lossy().contains(needle)
        };
        if files(directory).iter().any(in_file) {
            found.push(needle.to_owned());
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_whole_walk_no_file_and_no_name_of_a_file_tells_of_the_person() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    let safe = safe_of(SledStore::open(at("vault")).unwrap(), &Kek::random()).await;
    let store = SledStore::open(at("store")).unwrap();
    let store = SealedStore::open(store, safe.clone()).await.unwrap();
    let blobs = Blobs::local(at("blobs")).unwrap().sealed(safe);
    let keeper = keeper(store);
    let photo = walk_of_canaries(&keeper, &blobs, "s-1").await;
    drop((keeper, blobs));
    assert!(files(place.path()).len() > 6);
    assert_eq!(found(place.path(), &photo), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_sealing_everything_would_be_found() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    let blobs = Blobs::local(at("blobs")).unwrap();
    let keeper = keeper(SledStore::open(at("store")).unwrap());
    let photo = walk_of_canaries(&keeper, &blobs, "s-1").await;
    drop((keeper, blobs));
    assert_eq!(found(place.path(), &photo).len(), CANARIES.len() + 1);
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}
