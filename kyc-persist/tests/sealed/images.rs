//! Sealed images: what is read is what was put, whole and in order, or it is refused.

use std::sync::Arc;

use bytes::Bytes;
use kyc_core::BlobRef;
use kyc_persist::{Blobs, Kek, MemoryVault, StoreError};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use super::harness::*;

const CHUNK: usize = 64 * 1024;
/// Kind, generation and the prefix of nonces.
const HEADER: usize = 1 + 4 + 19;

struct Bucket {
    objects: Arc<InMemory>,
    blobs: Blobs,
}

impl Bucket {
    async fn new() -> Self {
        let objects = Arc::new(InMemory::new());
        let safe = safe_of(MemoryVault::new(), &Kek::random()).await;
        Self {
            blobs: Blobs::over(objects.clone()).sealed(safe),
            objects,
        }
    }

    /// Every object, by its place.
    async fn lying(&self) -> Vec<(Path, Bytes)> {
        let mut found = Vec::new();
        let shelves = self.objects.list_with_delimiter(None).await.unwrap();
        for shelf in shelves.common_prefixes {
            let sessions = self.objects.list_with_delimiter(Some(&shelf)).await;
            for session in sessions.unwrap().common_prefixes {
                let objects = self.objects.list_with_delimiter(Some(&session)).await;
                for object in objects.unwrap().objects {
                    let bytes = self.objects.get(&object.location).await.unwrap();
                    found.push((object.location, bytes.bytes().await.unwrap()));
                }
            }
        }
        found
    }

    /// Puts these bytes in the place of the only object, and looks.
    async fn read_after(&self, bytes: Vec<u8>, photo: &BlobRef) -> Result<(), StoreError> {
        let (place, _) = self.lying().await.remove(0);
        self.objects.put(&place, bytes.into()).await.unwrap();
        let read = self.blobs.get(&id("s-1"), photo).await;
        read.map(|bytes| assert_ne!(bytes, None))
    }
}

fn photo(length: usize) -> Bytes {
    (0..length)
        .map(|place| u8::try_from(place * 7 % 251).unwrap())
        .collect()
}

fn assert_corrupt(answer: Result<(), StoreError>) {
    assert!(
        matches!(answer, Err(StoreError::Corrupt { .. })),
        "{answer:?}"
    );
}

#[tokio::test]
async fn images_of_every_length_come_back_as_they_were() {
    let bucket = Bucket::new().await;
    for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5] {
        let bytes = photo(length);
        let blob = bucket.blobs.put(&id("s-1"), bytes.clone()).await.unwrap();
        let read = bucket.blobs.get(&id("s-1"), &blob).await.unwrap();
        assert_eq!(read, Some(bytes), "{length}");
        assert!(bucket.blobs.exists(&id("s-1"), &blob).await.unwrap());
    }
    for (_, object) in bucket.lying().await {
        let plain = photo(3 * CHUNK);
        assert!(!object.windows(32).any(|window| window == &plain[..32]));
    }
}

#[tokio::test]
async fn no_name_tells_what_is_there() {
    let bucket = Bucket::new().await;
    let blob = bucket.blobs.put(&id("s-1"), photo(9)).await.unwrap();
    bucket.blobs.put(&id("s-2"), photo(9)).await.unwrap();
    let lying = bucket.lying().await;
    let names: Vec<_> = lying.iter().map(|(place, _)| place.filename()).collect();
    assert!(!names.contains(&Some(blob.as_str())));
    assert_ne!(names[0], names[1], "the same image of two people");
}

#[tokio::test]
async fn an_image_that_was_put_twice_lies_there_once_and_a_damaged_one_is_mended() {
    let bucket = Bucket::new().await;
    let blob = bucket.blobs.put(&id("s-1"), photo(9)).await.unwrap();
    let before = bucket.lying().await;
    bucket.blobs.put(&id("s-1"), photo(9)).await.unwrap();
    assert_eq!(bucket.lying().await, before);
    assert_corrupt(bucket.read_after(b"other".to_vec(), &blob).await);
    bucket.blobs.put(&id("s-1"), photo(9)).await.unwrap();
    let read = bucket.blobs.get(&id("s-1"), &blob).await.unwrap();
    assert_eq!(read, Some(photo(9)));
}

#[tokio::test]
async fn an_image_that_was_altered_cut_or_shuffled_is_refused() {
    let bucket = Bucket::new().await;
    let blob = bucket
        .blobs
        .put(&id("s-1"), photo(3 * CHUNK))
        .await
        .unwrap();
    let (_, whole) = bucket.lying().await.remove(0);
    let sealed = CHUNK + 16;
    assert_eq!(whole.len(), HEADER + 3 * sealed);

    for place in [0, 1, 4, 5, 23, 24, HEADER + sealed, whole.len() - 1] {
        let mut flipped = whole.to_vec();
        flipped[place] ^= 1;
        assert_corrupt(bucket.read_after(flipped, &blob).await);
    }
    for length in [
        0,
        1,
        HEADER,
        HEADER + sealed,
        HEADER + 2 * sealed,
        whole.len() - 1,
    ] {
        assert_corrupt(bucket.read_after(whole[..length].to_vec(), &blob).await);
    }
    let chunk = |number: usize| &whole[HEADER + number * sealed..][..sealed];
    for order in [[1, 0, 2], [0, 2, 1], [0, 0, 2], [0, 1, 1]] {
        let mut shuffled = whole[..HEADER].to_vec();
        order
            .iter()
            .for_each(|number| shuffled.extend(chunk(*number)));
        assert_corrupt(bucket.read_after(shuffled, &blob).await);
    }
    let longer = [&whole[..], chunk(2)].concat();
    assert_corrupt(bucket.read_after(longer, &blob).await);
    bucket.read_after(whole.to_vec(), &blob).await.unwrap();
}

#[tokio::test]
async fn an_image_in_the_place_of_another_is_refused() {
    let bucket = Bucket::new().await;
    let one = bucket.blobs.put(&id("s-1"), photo(9)).await.unwrap();
    let (place, _) = bucket.lying().await.remove(0);
    bucket.blobs.put(&id("s-1"), photo(10)).await.unwrap();
    let lying = bucket.lying().await;
    let other = lying.iter().find(|(other, _)| *other != place).unwrap();
    bucket
        .objects
        .put(&place, other.1.clone().into())
        .await
        .unwrap();
    let answer = bucket.blobs.get(&id("s-1"), &one).await;
    assert_corrupt(answer.map(drop));
}

#[tokio::test]
async fn after_everything_of_a_session_was_removed_nothing_is_taken_any_more() {
    let bucket = Bucket::new().await;
    let blob = bucket.blobs.put(&id("s-1"), photo(9)).await.unwrap();
    bucket.blobs.put(&id("s-2"), photo(9)).await.unwrap();
    bucket.blobs.delete_all(&id("s-1")).await.unwrap();
    assert_eq!(bucket.lying().await.len(), 1);

    let again = bucket.blobs.put(&id("s-1"), photo(9)).await;
    assert!(matches!(again, Err(StoreError::Erased)), "{again:?}");
    assert!(!bucket.blobs.exists(&id("s-1"), &blob).await.unwrap());
    // A discard that comes late finds nothing to do.
    bucket.blobs.delete(&id("s-1"), &blob).await.unwrap();
    bucket.blobs.delete_all(&id("s-1")).await.unwrap();
    let other = bucket.blobs.get(&id("s-2"), &blob).await.unwrap();
    assert_eq!(other, Some(photo(9)));
}

#[tokio::test]
async fn what_was_never_put_is_not_there() {
    let bucket = Bucket::new().await;
    let blob = bucket.blobs.put(&id("s-1"), photo(9)).await.unwrap();
    assert_eq!(bucket.blobs.get(&id("s-2"), &blob).await.unwrap(), None);
    assert!(!bucket.blobs.exists(&id("s-2"), &blob).await.unwrap());
    bucket.blobs.delete(&id("s-2"), &blob).await.unwrap();
    bucket.blobs.delete(&id("s-1"), &blob).await.unwrap();
    assert_eq!(bucket.blobs.get(&id("s-1"), &blob).await.unwrap(), None);
}

#[tokio::test]
async fn a_copy_is_sealed_as_a_copy_and_goes_with_its_person() {
    let bucket = Bucket::new().await;
    let session = id("s-1");
    let image = bucket.blobs.put(&session, photo(500)).await.unwrap();
    let copy = Bytes::from(b"canary".repeat(20));
    bucket
        .blobs
        .put_copy(&session, &image, copy.clone())
        .await
        .unwrap();
    assert_eq!(
        bucket.blobs.copy(&session, &image).await.unwrap(),
        Some(copy)
    );
    let lying = bucket.lying().await;
    assert_eq!(lying.len(), 2);
    for (place, bytes) in &lying {
        assert!(!bytes.windows(6).any(|window| window == b"canary"));
        assert!(!place.as_ref().contains(image.as_str()));
    }

    // The one is no answer to the question for the other.
    for (from, to) in [(0, 1), (1, 0)] {
        let bytes = lying[from].1.clone();
        bucket
            .objects
            .put(&lying[to].0, bytes.into())
            .await
            .unwrap();
    }
    assert_eq!(bucket.blobs.copy(&session, &image).await.unwrap(), None);
    assert_corrupt(bucket.blobs.get(&session, &image).await.map(drop));

    bucket.blobs.delete_all(&session).await.unwrap();
    assert_eq!(bucket.lying().await, []);
    for (place, bytes) in lying {
        bucket.objects.put(&place, bytes.into()).await.unwrap();
    }
    let erased = bucket.blobs.copy(&session, &image).await;
    assert!(matches!(erased, Err(StoreError::Erased)), "{erased:?}");
    let refused = bucket.blobs.put_copy(&session, &image, "late".into()).await;
    assert!(matches!(refused, Err(StoreError::Erased)), "{refused:?}");
}
