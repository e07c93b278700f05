//! The statechart of a KYC session.
