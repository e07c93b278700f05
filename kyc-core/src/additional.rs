//! The nouns of additional steps that both charts share: names, types, ways to hand in, kinds of bills, comparisons.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use crate::case::words;
use crate::ids::{FieldName, NotAName};
use crate::json::records;
use crate::pii::Pii;
use crate::text::as_word;

/// The name of an additional step: 1 to 40 of `A-Z a-z 0-9 _ -`.
///
/// ```
/// use kyc_core::StepName;
///
/// assert_eq!("UTILITY_BILL".parse::<StepName>()?.as_str(), "UTILITY_BILL");
/// assert!("".parse::<StepName>().is_err() && "step:X".parse::<StepName>().is_err());
/// # Ok::<(), kyc_core::NotAName>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct StepName(#[cfg_attr(feature = "ts", tsify(type = "string"))] [u8; LONGEST_NAME]);

as_word!(StepName = Self([0; LONGEST_NAME]));

impl StepName {
    /// The step that asks which bill it is, and tells what a bill must be like.
    pub const UTILITY_BILL: Self = {
        let mut name = [0; LONGEST_NAME];
        let text = b"UTILITY_BILL";
        let mut at = 0;
        while at < text.len() {
            name[at] = text[at];
            at += 1;
        }
        Self(name)
    };

    /// The name as text.
    pub fn as_str(&self) -> &str {
        let length = self.0.iter().position(|byte| *byte == 0);
        core::str::from_utf8(&self.0[..length.unwrap_or(LONGEST_NAME)]).unwrap_or_default()
    }
}

impl FromStr for StepName {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let well_formed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if !(1..=LONGEST_NAME).contains(&text.len()) || !text.bytes().all(well_formed) {
            return Err(NotAName::new("step name", "1 to 40 of A-Z a-z 0-9 _ -"));
        }
        let mut name = [0; LONGEST_NAME];
        name[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self(name))
    }
}

impl TryFrom<String> for StepName {
    type Error = NotAName;

    fn try_from(text: String) -> Result<Self, NotAName> {
        text.parse()
    }
}

impl From<StepName> for String {
    fn from(name: StepName) -> Self {
        name.as_str().to_owned()
    }
}

impl fmt::Display for StepName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for StepName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

words! {
    /// What is done with what is handed in for an additional step.
    StepType {
        /// It is stored. Nobody evaluates it.
        Upload = "upload",
        /// A reviewer compares it, field by field, with what the company knows.
        Compare = "compare",
        /// A reviewer types what stands in it, field by field.
        Extract = "extract",
    }

    /// How a file was obtained.
    Source {
        /// An image from the applicant's device.
        File = "file",
        /// A photo taken in the page.
        Camera = "camera",
        /// A PDF.
        Pdf = "pdf",
    }

    /// What a reviewer says of one field that is compared.
    Comparison {
        /// It says what the company knows.
        Match = "match",
        /// It says something else.
        NotMatch = "not_match",
        /// It does not say it.
        NotFound = "not_found",
        /// The company has given nothing to compare with.
        NoData = "no_data",
    }

    /// What an applicant says a bill is. For reference: nobody checks it.
    ProofKind {
        /// Bank statement.
        BankStatement = "bank_statement",
        /// Electricity bill.
        ElectricityBill = "electricity_bill",
        /// Water bill.
        WaterBill = "water_bill",
        /// Credit card bill or statement.
        CreditCardStatement = "credit_card_statement",
        /// Gas bill.
        GasBill = "gas_bill",
        /// Telephone bill.
        TelephoneBill = "telephone_bill",
        /// Bank reference letter.
        BankReferenceLetter = "bank_reference_letter",
        /// Internet bill.
        InternetBill = "internet_bill",
        /// Mortgage statement or contract.
        Mortgage = "mortgage",
        /// Company payslip.
        Payslip = "payslip",
        /// Car or home insurance policy.
        InsurancePolicy = "insurance_policy",
        /// Municipality bill or government tax letter.
        TaxLetter = "tax_letter",
        /// Driver's licence.
        DriverLicense = "driver_license",
        /// Residence permit.
        ResidencePermit = "residence_permit",
        /// Official letter from an educational institution.
        EducationLetter = "education_letter",
        /// Lease agreement for the residence.
        LeaseAgreement = "lease_agreement",
        /// Letter of employment.
        EmploymentLetter = "employment_letter",
        /// Authorised change of address form.
        ChangeOfAddressForm = "change_of_address_form",
        /// Car registration.
        CarRegistration = "car_registration",
        /// Something else.
        Other = "other",
        /// Letter issued by a public authority.
        PublicAuthorityLetter = "public_authority_letter",
    }

    /// What a bill must be like, for the applicant to read.
    BillRule {
        /// Not older than three months.
        Recent = "recent",
        /// Everything on it can be read.
        Readable = "readable",
        /// Official: nothing written by hand.
        Official = "official",
        /// In Latin script.
        LatinScript = "latin_script",
        /// Full name, address and date stand on it.
        NameAddressDate = "name_address_date",
    }
}

records! {
    /// What a reviewer has to know of what was handed in for an additional step.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    pub struct Brief {
        /// What is done with it.
        #[serde(rename = "type")]
        pub kind: StepType,
        /// How the file was obtained.
        pub source: Source,
        /// What the applicant says it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", tsify(optional))]
        pub proof: Option<ProofKind>,
        /// The fields to compare or to type, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(feature = "ts", tsify(optional))]
        pub fields: Vec<FieldBrief>,
    }

    /// A field to compare or to type.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    pub struct FieldBrief {
        /// Its name.
        pub field: FieldName,
        /// What the company knows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", tsify(type = "string", optional))]
        pub given: Option<Pii<String>>,
    }
}

const LONGEST_NAME: usize = 40;
