//! What tokens and codes can rely on.

use std::sync::Arc;

use kyc_core::Timestamp;
use kyc_core::journal::Hash;

use super::{Stores, at};
use crate::{Grant, Grants, StoreError};

#[doc(hidden)]
pub async fn a_grant_is_found_until_it_expires(stores: &impl Stores) {
    let store = stores.open().await;
    let token = grant("s-1", at(10));
    store.put(&hash(1), token.clone()).await.unwrap();
    assert_eq!(
        store.find(&hash(1), at(0)).await.unwrap(),
        Some(token.clone())
    );
    assert_eq!(store.find(&hash(2), at(0)).await.unwrap(), None);
    assert_eq!(store.find(&hash(1), at(10)).await.unwrap(), None);
    drop(store);
    let store = stores.open().await;
    assert_eq!(store.find(&hash(1), at(9)).await.unwrap(), Some(token));
    assert_eq!(store.take(&hash(1), at(10)).await.unwrap(), None);
}

#[doc(hidden)]
pub async fn a_code_is_taken_once(stores: &impl Stores) {
    let store = Arc::new(stores.open().await);
    for number in 0..8 {
        store
            .put(&hash(number), grant("s-1", at(10)))
            .await
            .unwrap();
        let callers: Vec<_> = (0..16)
            .map(|_| {
                let store = Arc::clone(&store);
                tokio::spawn(async move { store.take(&hash(number), at(0)).await.unwrap() })
            })
            .collect();
        let mut taken = 0;
        for caller in callers {
            taken += usize::from(caller.await.unwrap().is_some());
        }
        assert_eq!(taken, 1);
        assert_eq!(store.find(&hash(number), at(0)).await.unwrap(), None);
    }
    drop(store);
    let store = stores.open().await;
    assert_eq!(store.take(&hash(0), at(0)).await.unwrap(), None);
}

#[doc(hidden)]
pub async fn a_grant_put_again_replaces_the_earlier_one(stores: &impl Stores) {
    let store = stores.open().await;
    store.put(&hash(1), grant("s-1", at(10))).await.unwrap();
    let later = grant("s-2", at(20));
    store.put(&hash(1), later.clone()).await.unwrap();
    assert_eq!(store.sweep(at(15)).await.unwrap(), 0);
    assert_eq!(store.revoke("s-1").await.unwrap(), 0);
    assert_eq!(store.find(&hash(1), at(15)).await.unwrap(), Some(later));
    assert_eq!(store.revoke("s-2").await.unwrap(), 1);
}

#[doc(hidden)]
pub async fn revoking_a_subject_takes_back_all_its_grants_and_no_other(stores: &impl Stores) {
    let store = stores.open().await;
    for (number, subject) in ["s-1", "s-1", "s-10", "s-", "", "\0s-1"]
        .into_iter()
        .enumerate()
    {
        store
            .put(&hash(number as u8), grant(subject, at(10)))
            .await
            .unwrap();
    }
    assert_eq!(store.revoke("s-1").await.unwrap(), 2);
    assert_eq!(store.revoke("s-1").await.unwrap(), 0);
    drop(store);
    let store = stores.open().await;
    for number in 0..6 {
        let found = store.find(&hash(number), at(0)).await.unwrap();
        assert_eq!(found.is_some(), number >= 2, "{number}");
    }
}

#[doc(hidden)]
pub async fn a_sweep_forgets_what_holds_no_longer(stores: &impl Stores) {
    let store = stores.open().await;
    for number in 0..6 {
        store
            .put(&hash(number), grant("s-1", at(number.into())))
            .await
            .unwrap();
    }
    assert_eq!(store.sweep(at(3)).await.unwrap(), 4);
    assert_eq!(store.sweep(at(3)).await.unwrap(), 0);
    assert_eq!(
        store.find(&hash(4), at(0)).await.unwrap(),
        Some(grant("s-1", at(4)))
    );
    assert_eq!(store.find(&hash(3), at(0)).await.unwrap(), None);
    assert_eq!(store.revoke("s-1").await.unwrap(), 2);
    assert_eq!(
        store.sweep(Timestamp::from_millis(u64::MAX)).await.unwrap(),
        0
    );
}

#[doc(hidden)]
pub async fn a_grant_with_a_long_subject_is_refused(stores: &impl Stores) {
    let store = stores.open().await;
    let long = "x".repeat(256);
    store
        .put(&hash(1), grant(&long[1..], at(10)))
        .await
        .unwrap();
    let answer = store.put(&hash(1), grant(&long, at(10))).await;
    assert!(
        matches!(answer, Err(StoreError::TooLarge { .. })),
        "{answer:?}"
    );
    assert_eq!(store.revoke(&long[1..]).await.unwrap(), 1);
}

fn grant(subject: &str, expires_at: Timestamp) -> Grant {
    Grant {
        subject: subject.into(),
        purpose: "try".into(),
        expires_at,
    }
}

const fn hash(number: u8) -> Hash {
    Hash::from_bytes([number; 32])
}
