//! [`Blobs`] keep what they were given, and give nothing else back.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

use std::fs;
use std::path::PathBuf;

use bytes::Bytes;
use kyc_core::{BlobRef, SessionId};
use kyc_persist::{Blobs, NamedBlob, StoreError};

fn session(name: &str) -> SessionId {
    name.parse().unwrap()
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    runtime.block_on(test);
}

/// Every file under `directory`, however deep.
fn files(directory: &std::path::Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn bytes_are_named_by_their_sha_256_and_come_back_as_they_were() {
    run(async {
        let place = tempfile::tempdir().unwrap();
        for blobs in [Blobs::memory(), Blobs::local(place.path()).unwrap()] {
            let photo = Bytes::from([0_u8, 255, 10, 13].repeat(500_000));
            let name = blobs.put(&session("s-1"), photo.clone()).await.unwrap();
            assert_eq!(
                blobs.get(&session("s-1"), &name).await.unwrap(),
                Some(photo)
            );
            for (bytes, name) in [("", EMPTY), ("abc", ABC)] {
                let put = blobs.put(&session("s-1"), bytes.into()).await.unwrap();
                assert_eq!(put.as_str(), name);
                assert_eq!(
                    blobs.get(&session("s-1"), &put).await.unwrap(),
                    Some(bytes.into())
                );
            }
        }
    });
}

#[test]
fn bytes_belong_to_one_session() {
    run(async {
        let place = tempfile::tempdir().unwrap();
        for blobs in [Blobs::memory(), Blobs::local(place.path()).unwrap()] {
            let name = blobs.put(&session("s-1"), "abc".into()).await.unwrap();
            let kept = blobs.put(&session("s-2"), "abc".into()).await.unwrap();
            assert_eq!(name, kept);
            blobs.delete_all(&session("s-1")).await.unwrap();
            assert!(!blobs.exists(&session("s-1"), &name).await.unwrap());
            assert_eq!(blobs.get(&session("s-1"), &name).await.unwrap(), None);
            assert!(blobs.exists(&session("s-2"), &name).await.unwrap());
            assert_eq!(blobs.get(&session("s-3"), &name).await.unwrap(), None);
        }
    });
}

#[test]
fn putting_the_same_bytes_again_or_at_once_does_no_harm() {
    run(async {
        let place = tempfile::tempdir().unwrap();
        for blobs in [Blobs::memory(), Blobs::local(place.path()).unwrap()] {
            let callers: Vec<_> = (0..16)
                .map(|_| {
                    let blobs = blobs.clone();
                    tokio::spawn(async move { blobs.put(&session("s-1"), "abc".into()).await })
                })
                .collect();
            for caller in callers {
                assert_eq!(caller.await.unwrap().unwrap().as_str(), ABC);
            }
        }
        assert_eq!(files(place.path()).len(), 1);
    });
}

#[test]
fn bytes_that_come_with_their_copy_are_new_once_and_again_after_the_session_was_emptied() {
    run(async {
        let place = tempfile::tempdir().unwrap();
        let session = session("s-1");
        for blobs in [Blobs::memory(), Blobs::local(place.path()).unwrap()] {
            let image = NamedBlob::of("abc".into()).await.unwrap();
            assert_eq!(image.blob().as_str(), ABC);
            assert!(
                !format!("{image:?}").contains("abc"),
                "bytes are somebody's passport"
            );
            for is_new in [true, false] {
                let (image, copy) = (image.clone(), Some("copy".into()));
                let put = blobs.put_named(&session, image, copy).await;
                assert_eq!(put.unwrap(), is_new);
            }
            blobs.delete_all(&session).await.unwrap();
            let put = blobs.put_named(&session, image.clone(), None).await;
            assert!(put.unwrap());
            let name = image.blob();
            let found = blobs.get(&session, name).await.unwrap();
            assert_eq!(found, Some("abc".into()));
            assert!(!blobs.has_copy(&session, name).await.unwrap());
        }
    });
}

#[test]
fn what_was_deleted_is_gone_and_deleting_again_does_no_harm() {
    run(async {
        let place = tempfile::tempdir().unwrap();
        for blobs in [Blobs::memory(), Blobs::local(place.path()).unwrap()] {
            let name = blobs.put(&session("s-1"), "abc".into()).await.unwrap();
            let other = blobs.put(&session("s-1"), "".into()).await.unwrap();
            for _ in 0..2 {
                blobs.delete(&session("s-1"), &name).await.unwrap();
                assert!(!blobs.exists(&session("s-1"), &name).await.unwrap());
            }
            assert!(blobs.exists(&session("s-1"), &other).await.unwrap());
            for _ in 0..2 {
                blobs.delete_all(&session("s-1")).await.unwrap();
                blobs.delete_all(&session("never")).await.unwrap();
            }
            assert!(!blobs.exists(&session("s-1"), &other).await.unwrap());
        }
        assert_eq!(files(place.path()), Vec::<PathBuf>::new());
    });
}

#[test]
fn damaged_bytes_are_never_served_and_the_right_ones_mend_them() {
    run(async {
        let place = tempfile::tempdir().unwrap();
        let blobs = Blobs::local(place.path()).unwrap();
        let name = blobs.put(&session("s-1"), "abc".into()).await.unwrap();
        for damaged in [&b"abd"[..], b"ab", b""] {
            fs::write(&files(place.path())[0], damaged).unwrap();
            let answer = blobs.get(&session("s-1"), &name).await;
            assert!(
                matches!(answer, Err(StoreError::Corrupt { .. })),
                "{answer:?}"
            );
        }
        blobs.put(&session("s-1"), "abc".into()).await.unwrap();
        assert_eq!(
            blobs.get(&session("s-1"), &name).await.unwrap(),
            Some("abc".into())
        );
    });
}

#[test]
fn erasing_a_session_takes_what_a_cut_off_upload_has_left() {
    run(async {
        let place = tempfile::tempdir().unwrap();
        let blobs = Blobs::local(place.path()).unwrap();
        blobs.put(&session("s-1"), "abc".into()).await.unwrap();
        // The name under which object_store stages an upload; its listing does not show it.
        let staged = files(place.path())[0].with_file_name(format!("{ABC}#1"));
        fs::write(&staged, "half a face").unwrap();
        blobs.delete_all(&session("s-1")).await.unwrap();
        assert!(!staged.exists());
    });
}

#[test]
fn a_reopened_directory_has_everything() {
    run(async {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("not").join("there").join("yet");
        let name = Blobs::local(&directory)
            .unwrap()
            .put(&session("s-1"), "abc".into())
            .await
            .unwrap();
        let blobs = Blobs::local(&directory).unwrap();
        assert_eq!(
            blobs.get(&session("s-1"), &name).await.unwrap(),
            Some("abc".into())
        );
    });
}

#[test]
fn a_place_that_is_no_directory_is_a_typed_error() {
    run(async {
        let place = tempfile::NamedTempFile::new().unwrap();
        let answer = Blobs::local(place.path());
        assert!(
            matches!(answer, Err(StoreError::Backend { .. })),
            "{answer:?}"
        );
    });
}

#[test]
fn no_name_leaves_its_directory() {
    assert!("../../etc/passwd".parse::<SessionId>().is_err());
    assert!("..".parse::<BlobRef>().is_err());
}

#[test]
fn a_copy_lies_beside_its_image_and_goes_with_it() {
    run(async {
        let place = tempfile::tempdir().unwrap();
        let session = session("s-1");
        for blobs in [Blobs::memory(), Blobs::local(place.path()).unwrap()] {
            let image = blobs.put(&session, "abc".into()).await.unwrap();
            assert_eq!(blobs.copy(&session, &image).await.unwrap(), None);
            for copy in ["first", "second"] {
                blobs.put_copy(&session, &image, copy.into()).await.unwrap();
                let found = blobs.copy(&session, &image).await.unwrap();
                assert_eq!(found, Some(copy.into()));
            }
            assert!(blobs.has_copy(&session, &image).await.unwrap());
            assert_eq!(blobs.count(&session).await.unwrap(), 1);
            assert_eq!(
                blobs.get(&session, &image).await.unwrap(),
                Some("abc".into())
            );
            blobs.delete(&session, &image).await.unwrap();
            assert!(!blobs.has_copy(&session, &image).await.unwrap());

            let image = blobs.put(&session, "abc".into()).await.unwrap();
            blobs
                .put_copy(&session, &image, "copy".into())
                .await
                .unwrap();
            blobs.delete_all(&session).await.unwrap();
            assert_eq!(blobs.copy(&session, &image).await.unwrap(), None);
        }
        assert_eq!(files(place.path()), Vec::<PathBuf>::new());
    });
}

#[test]
fn a_copy_that_is_damaged_is_none() {
    run(async {
        let place = tempfile::tempdir().unwrap();
        let blobs = Blobs::local(place.path()).unwrap();
        let session = session("s-1");
        let image = blobs.put(&session, "abc".into()).await.unwrap();
        let copy: Bytes = "a copy of it".into();
        blobs
            .put_copy(&session, &image, copy.clone())
            .await
            .unwrap();
        let is_copy = |path: &PathBuf| path.to_str().unwrap().ends_with(".copy");
        let file = files(place.path()).into_iter().find(is_copy).unwrap();
        let whole = fs::read(&file).unwrap();
        let mut turned = whole.clone();
        *turned.last_mut().unwrap() ^= 1;
        for damaged in [turned, whole[..7].to_vec(), Vec::new()] {
            fs::write(&file, damaged).unwrap();
            assert_eq!(blobs.copy(&session, &image).await.unwrap(), None);
        }
        fs::write(&file, whole).unwrap();
        assert_eq!(blobs.copy(&session, &image).await.unwrap(), Some(copy));
    });
}
