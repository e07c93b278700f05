//! Files that come in parts: what is there is there in order, sealed as images are, and goes with its session.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use kyc_core::{BlobRef, SessionId, Timestamp};
use kyc_persist::{Blobs, Kek, Keyring, MemoryVault, Safe, StoreError};

const PART: usize = Blobs::PART;

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    runtime.block_on(test);
}

fn session(name: &str) -> SessionId {
    name.parse().unwrap()
}

fn file(digit: &str) -> BlobRef {
    digit.repeat(64).parse().unwrap()
}

fn part(byte: u8) -> Bytes {
    vec![byte; PART].into()
}

const fn at(second: u64) -> Timestamp {
    Timestamp::from_millis(1_795_219_200_000 + second * 1_000)
}

/// Every file under `directory`, however deep.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}

async fn safe() -> Safe {
    let keyring = Keyring::new(Kek::random());
    Safe::unlock(Arc::new(MemoryVault::new()), keyring)
        .await
        .unwrap()
}

/// In memory and on disk, plain and sealed.
async fn places(directory: &Path) -> [Blobs; 4] {
    let local = |name| Blobs::local(directory.join(name)).unwrap();
    [
        Blobs::memory(),
        local("plain"),
        Blobs::memory().sealed(safe().await),
        local("sealed").sealed(safe().await),
    ]
}

async fn begin(blobs: &Blobs, whose: &SessionId, of: &BlobRef, second: u64, byte: u8) {
    blobs.begin_parts(whose, of, at(second), 2).await.unwrap();
    blobs.put_part(whose, of, 0, part(byte)).await.unwrap();
}

#[test]
fn parts_are_counted_up_to_the_first_gap_and_joined_in_order() {
    run(async {
        let place = tempfile::tempdir().unwrap();
        for blobs in places(place.path()).await {
            let (s, f) = (session("s-1"), file("a"));
            assert_eq!(blobs.parts(&s, &f).await.unwrap(), 0);
            assert_eq!(blobs.joined(&s, &f, 0).await.unwrap(), Some(Vec::new()));
            begin(&blobs, &s, &f, 0, 7).await;
            blobs.put_part(&s, &f, 2, part(9)).await.unwrap();
            assert_eq!(blobs.parts(&s, &f).await.unwrap(), 1);
            assert_eq!(blobs.joined(&s, &f, 3).await.unwrap(), None);
            blobs.put_part(&s, &f, 1, part(8)).await.unwrap();
            // Again, and with other bytes: what is there stays.
            blobs.put_part(&s, &f, 1, part(6)).await.unwrap();
            assert_eq!(blobs.parts(&s, &f).await.unwrap(), 3);
            let whole = blobs.joined(&s, &f, 3).await.unwrap().unwrap();
            assert_eq!(whole, [part(7), part(8), part(9)].concat());
            // They are no images, and another session's are others.
            assert_eq!(blobs.count(&s).await.unwrap(), 0);
            assert_eq!(blobs.parts(&session("s-2"), &f).await.unwrap(), 0);
        }
    });
}

#[test]
fn what_is_dropped_is_gone_to_the_last_file() {
    run(async {
        let place = tempfile::tempdir().unwrap();
        let blobs = Blobs::local(place.path()).unwrap().sealed(safe().await);
        let s = session("s-1");
        let drops: [&dyn Fn(&Blobs) -> _; 3] = [
            &|blobs| {
                let (blobs, s) = (blobs.clone(), s.clone());
                Box::pin(async move { blobs.drop_parts(&s, &file("a")).await })
                    as std::pin::Pin<Box<dyn Future<Output = Result<(), StoreError>>>>
            },
            &|blobs| {
                let (blobs, s) = (blobs.clone(), s.clone());
                Box::pin(async move { blobs.drop_all_parts(&s).await })
            },
            &|blobs| {
                let (blobs, s) = (blobs.clone(), s.clone());
                Box::pin(async move { blobs.delete_all(&s).await })
            },
        ];
        for drop in drops {
            begin(&blobs, &s, &file("a"), 0, 1).await;
            assert_eq!(files(place.path()).len(), 2);
            for _ in 0..2 {
                drop(&blobs).await.unwrap();
                assert_eq!(files(place.path()), Vec::<PathBuf>::new());
            }
        }
        // Who was forgotten uploads nothing more, and nobody stumbles over that.
        let begun = blobs.begin_parts(&s, &file("a"), at(0), 2).await;
        assert!(matches!(begun, Err(StoreError::Erased)), "{begun:?}");
        let put = blobs.put_part(&s, &file("a"), 0, part(1)).await;
        assert!(matches!(put, Err(StoreError::Erased)), "{put:?}");
        assert_eq!(blobs.parts(&s, &file("a")).await.unwrap(), 0);
        assert_eq!(files(place.path()), Vec::<PathBuf>::new());
    });
}

#[test]
fn a_part_that_arrives_after_its_file_was_given_up_goes_as_well() {
    run(async {
        let place = tempfile::tempdir().unwrap();
        for blobs in places(place.path()).await {
            let (s, f) = (session("s-1"), file("a"));
            begin(&blobs, &s, &f, 0, 1).await;
            blobs.drop_parts(&s, &f).await.unwrap();
            blobs.put_part(&s, &f, 1, part(2)).await.unwrap();
            assert_eq!(blobs.unfinished(&s).await.unwrap(), 0);
        }
        assert_eq!(files(place.path()), Vec::<PathBuf>::new());
    });
}

#[test]
fn of_a_sealed_part_nothing_is_seen_and_none_passes_for_another() {
    run(async {
        let place = tempfile::tempdir().unwrap();
        let blobs = Blobs::local(place.path()).unwrap().sealed(safe().await);
        let (s, f) = (session("s-1"), file("a"));
        begin(&blobs, &s, &f, 0, b'K').await;
        blobs.put_part(&s, &f, 1, part(b'L')).await.unwrap();
        let part_at = |name: &str| {
            let found = files(place.path()).into_iter();
            found
                .filter(|path| path.ends_with(name))
                .collect::<Vec<_>>()[0]
                .clone()
        };
        let (first, second) = (part_at("0000"), part_at("0001"));
        for path in files(place.path()) {
            let bytes = fs::read(&path).unwrap();
            assert!(!bytes.windows(16).any(|window| window == [b'K'; 16]));
            assert!(!path.display().to_string().contains(f.as_str()));
        }
        // Sealed anew each time, so that the same photo is not recognised.
        blobs.put_part(&s, &f, 2, part(b'K')).await.unwrap();
        assert_ne!(
            fs::read(&first).unwrap(),
            fs::read(part_at("0002")).unwrap()
        );

        let swapped = fs::read(&first).unwrap();
        fs::write(&second, &swapped).unwrap();
        assert_eq!(blobs.joined(&s, &f, 2).await.unwrap(), None);
        let mut damaged = swapped.clone();
        damaged[500] ^= 1;
        fs::write(&first, damaged).unwrap();
        assert_eq!(blobs.joined(&s, &f, 1).await.unwrap(), None);
        fs::write(&first, swapped).unwrap();
        assert_eq!(
            blobs.joined(&s, &f, 1).await.unwrap(),
            Some(part(b'K').into())
        );
    });
}

#[test]
fn of_many_files_the_youngest_stay() {
    run(async {
        let place = tempfile::tempdir().unwrap();
        for blobs in places(place.path()).await {
            let s = session("s-1");
            for (second, digit) in ["a", "b", "c", "d"].into_iter().enumerate() {
                begin(&blobs, &s, &file(digit), second as u64, 1).await;
            }
            assert_eq!(blobs.unfinished(&s).await.unwrap(), 2);
            for (digit, parts) in [("a", 0), ("b", 0), ("c", 1), ("d", 1)] {
                assert_eq!(blobs.parts(&s, &file(digit)).await.unwrap(), parts);
            }
            // Beginning again makes nothing younger and drops nothing.
            begin(&blobs, &s, &file("c"), 9, 1).await;
            assert_eq!(blobs.unfinished(&s).await.unwrap(), 2);
            assert_eq!(blobs.sweep_parts(at(3)).await.unwrap(), 1);
            assert_eq!(blobs.parts(&s, &file("d")).await.unwrap(), 1);
        }
    });
}

#[test]
fn what_is_too_old_is_swept_in_every_session_and_what_is_not_stays() {
    run(async {
        let place = tempfile::tempdir().unwrap();
        for blobs in places(place.path()).await {
            let (one, two) = (session("s-1"), session("s-2"));
            begin(&blobs, &one, &file("a"), 10, 1).await;
            begin(&blobs, &one, &file("b"), 30, 1).await;
            begin(&blobs, &two, &file("a"), 20, 1).await;
            let photo = blobs.put(&one, "a photo".into()).await.unwrap();
            assert_eq!(blobs.sweep_parts(at(10)).await.unwrap(), 0);
            assert_eq!(blobs.sweep_parts(at(21)).await.unwrap(), 2);
            assert_eq!(blobs.unfinished(&one).await.unwrap(), 1);
            assert_eq!(blobs.unfinished(&two).await.unwrap(), 0);
            assert_eq!(blobs.parts(&one, &file("b")).await.unwrap(), 1);
            assert!(blobs.exists(&one, &photo).await.unwrap());
        }
    });
}

#[test]
fn a_directory_that_is_opened_again_has_what_was_kept() {
    run(async {
        let place = tempfile::tempdir().unwrap();
        let (s, f, safe) = (session("s-1"), file("a"), safe().await);
        let before = Blobs::local(place.path()).unwrap().sealed(safe.clone());
        begin(&before, &s, &f, 0, 5).await;
        drop(before);
        let after = Blobs::local(place.path()).unwrap().sealed(safe);
        assert_eq!(after.parts(&s, &f).await.unwrap(), 1);
        assert_eq!(after.joined(&s, &f, 1).await.unwrap(), Some(part(5).into()));
    });
}
