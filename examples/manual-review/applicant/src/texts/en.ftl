### Every word of the applicant's page in English, and what is shown where another language lacks a text.
### `$company` and `$example` (a date of birth, in the order of the language) can be used in every text.

title = Identity check
language = Language
language-failed = This language could not be loaded. Check your connection and choose it again.
loading = One moment …
incomplete = Part of this page has not arrived yet. It comes as soon as there is a connection; nothing you entered is lost.
progress = Step { $step } of { $of }: { $name }
step-done = done
back = Back
continue = Continue
try-again = Try again
understood = All right
upload-label = Photo on its way
upload-waits = Waiting for the network. What was sent stays sent.
upload-stop = Stop sending
upload-stopped = Sending was stopped. Please take the photo again.
conflict = { $what } What you did last was not saved.

## Where the applicant stands

step-welcome = Welcome
step-personal_details = Your details
step-document_selection = Your document
step-document_photo = Photo of the document
step-document_review = Check the photo
step-selfie = Photo of your face
step-selfie_review = Check your photo
step-additional_step = One more thing
step-additional_step_review = Check what you hand in
step-final = Sent
step-approved = Confirmed
step-rejected = Not confirmed
step-expired = Expired
step-cancelled = Cancelled

## Whether everything is on the server

status-saved = Saved
status-saving = Saving …
status-offline = Offline – kept on this device
status-offline_not_kept = Offline – keep this page open
status-conflict = Updated
status-signed_out = Not signed in

## What is asked for

document-id_card = Identity card
document-passport = Passport
document-residence_permit = Residence permit
document-driver_license = Driving licence
document-pan_card = PAN card
document-aadhaar = Aadhaar card
document-other = Another document

item-document_front = Front of your document
item-document_back = Back of your document
# A passport has no front: it is the page with the photo.
item-document_page = Page with your photo
item-selfie = Photo of your face

## Why a reviewer wants a photo again

retake-blurry = The photo is blurry. Hold the camera still, and wait until the text is sharp.
retake-glare = A reflection covers part of it. Tilt the document a little, or turn off the flash.
retake-too_dark = The photo is too dark. Move to a brighter place.
retake-cropped = Part of it is cut off. All four corners have to be in the photo.
retake-unreadable = The text cannot be read. Go closer, in good light.
retake-wrong_document = This is another document than the one you chose.
retake-wrong_side = This is the other side of the document.
retake-damaged = The document is too damaged to be checked. Please use another one, if you have it.
retake-expired_document = This document is no longer valid. Please use a valid one.
retake-face_not_visible = Your face cannot be seen well. Take off hat and sunglasses, and look at the camera.
retake-not_live = This looks like a photo of a photo. Please take a new one of yourself.
retake-other = Please take this photo again.

## Why the check failed. A suspicion is never told.

reject-document_expired = Your document is no longer valid.
reject-document_not_accepted = This kind of document is not accepted.
reject-details_mismatch = What you typed differs from what the document says.
reject-face_mismatch = The photo of your face could not be matched with the document.
reject-under_age = You are younger than the required age.
reject-suspected_fraud = We could not confirm your identity.
reject-other = We could not confirm your identity.

## Why a step was refused

guard-locale_invalid = Please choose your language again and agree once more.
guard-consent_outdated = The privacy notice has changed. Please reload the page and read the new one.
guard-name_missing = Please enter your names as they stand in your document.
guard-name_invalid = A name is too long, or has characters that no name has. Please check it.
guard-date_of_birth_invalid = Please enter your date of birth, for example { $example }.
guard-under_age = You are younger than the required age, so this check cannot go on.
guard-document_not_offered = This document is not accepted for this country. Please choose another one.
guard-side_not_needed = This side is not needed. Go on with what the page asks for.
guard-photo_missing = A photo is still missing. Please take it first.
guard-no_attempts_left = You have used all tries for this photo. Go on with the one that is there.
guard-no_step_before = There is no earlier step.
guard-deadline_passed = The time for this check is over. Ask the company that sent you here for a new link.
guard-too_early = That is not possible yet.
guard-already_erased = The data of this check has been erased.
guard-on_hold = There is a hold on this check; nothing is erased until it is lifted.
guard-not_on_hold = There is no hold on this check.
guard-item_unknown = This photo is not part of the check.
guard-no_rounds_left = There are no more rounds for this check.
guard-text_too_long = This text is too long. Please shorten it.
guard-step_not_asked = This is not asked for now. Go on with what the page asks for.
guard-source_not_allowed = It may not be handed in like this. Please use one of the ways the page offers.
guard-proof_not_offered = This kind of bill is not accepted. Please choose another one.
guard-already_started = This check has begun already.
guard-step_unknown = This is not part of the check.
guard-step_type_not_enabled = This kind of check is not available.
guard-field_unknown = This field is not part of the check.
guard-country_unknown = There is no such country.
guard-document_unknown = There is no such document.

## What went wrong on the way

trouble-not_an_image = This file is not a photo that we can read. Please choose a JPEG, PNG or WebP picture.
trouble-source_mismatch = This file is not what it was sent as. Please choose it again.
trouble-not_a_pdf = This file is not a PDF. Please choose the document as a PDF.
trouble-pdf_not_allowed = A PDF is not taken here. Please hand in a photo instead.
trouble-pdf_encrypted = This PDF asks for a password. Save or print it as a PDF without one, and choose that.
trouble-pdf_damaged = This PDF is damaged or incomplete. Please download it again, or print it as a new PDF.
trouble-pdf_too_long = This PDF has too many pages. Please choose one with only the pages that matter.
trouble-pdf_empty = There is nothing to see in this PDF. Please open it, check it, and choose another one.
trouble-pdf_too_complex = This PDF cannot be shown: it is too elaborate. Print it as a new PDF, or scan it with fewer details.
trouble-image_empty = This file is empty. Please choose another one.
trouble-image_damaged = This photo is damaged or incomplete. Please take or choose it again.
trouble-too_large = This file is too large. Please choose a smaller photo.
trouble-too_many_pixels = This photo has too many pixels. Please choose a smaller one.
trouble-image_too_small = This photo is too small to be read. Please go closer or choose a larger one.
trouble-digest_mismatch = The photo was changed on its way. Please send it again.
trouble-blob_missing = The photo did not arrive. Please send it again.
trouble-images_exhausted = Too many photos were sent here. Please ask the company that sent you here for a new link.
trouble-events_exhausted = Too much was changed here. Please ask the company that sent you here for a new link.
trouble-stale = This check went on in another window or on another device. You now see where it stands.
trouble-handed_over = This check goes on at your other device. What you just did here was not saved.
trouble-not_accepted = This step was already done elsewhere. You now see where it stands.
trouble-offline = No connection. Your photo is kept here; it goes out as soon as there is one.
trouble-rate_limited = That was a little fast. Please wait a moment and try again.
trouble-insecure = This page was opened over an insecure connection, so it cannot send photos. Open it with https.
trouble-unknown = Something went wrong on our side. Please try again; nothing you entered is lost.

## Before a session is open

open-no_link-title = Please open your personal link
open-no_link = This page opens with the link that you got from the company that wants to check your identity.
open-used-title = This link has been used
open-used = Each link works once and only for a short time. Go back to the company's page and ask for a new one. Nothing you entered is lost.
open-offline-title = The server does not answer
open-offline = Check your connection and try again. Nothing you entered is lost.
open-broken-title = This page cannot be shown
open-broken = Please reload it. If that does not help, open your link in another browser.
open-signed_out-title = Your link is no longer valid
open-signed_out = Ask the company that sent you here for a new link. What you sent so far is kept.
open-taken_back-title = Your other device has taken this check back
open-taken_back = Go on there. To use this device again, get a new code on the other one.
open-given_back-title = Your other device has this check again
open-given_back = Go on there. Nothing of it is kept here.

## Welcome

welcome-title = Let us check who you are
welcome-lead = It takes about three minutes. You need:
welcome-need-document = A valid identity document
welcome-need-camera = A camera, or photos of it
welcome-need-light = Good light
welcome-privacy-title = What happens with your data
welcome-privacy-use = Your details, the photos of your document and of your face are used only to confirm your identity.
welcome-privacy-person = A trained person looks at them. No decision is made by a machine alone.
welcome-privacy-saved = Everything is saved as you go. You can stop and come back, also on another device.
welcome-privacy-company = The company that sent you here is responsible for your data. It tells you how long it is kept; you may ask for it to be erased.
welcome-consent = I have read this, and agree that my data and photos are used to confirm my identity.
welcome-consent-missing = Please tick the box to go on. Without your agreement we cannot start.
welcome-start = Start
welcome-version = Privacy notice, version { $version }

## Details

details-title = Your details
details-lead = Exactly as they stand in your document.
details-given = Given names
details-given-hint = All of them, in the same order
details-given-missing = Please enter your given names as they stand in your document.
details-family = Family name
details-family-missing = Please enter your family name as it stands in your document.
details-birth = Date of birth
details-birth-hint = For example { $example }
details-birth-incomplete = Please enter day, month and year in digits, for example { $example }.
details-birth-no_such_day = There is no such day. Please check day and month.
details-birth-year = Please enter the year with four digits, for example 1985.
details-birth-future = This date has yet to come. Please check the year.
details-day = Day
details-month = Month
details-year = Year

## Document

choice-title = Which document will you use?
choice-lead = It has to be valid and in your own name.
choice-country = Country that issued it
choice-please = Please choose
choice-country-missing = Please choose the country first.
choice-type = Kind of document
choice-type-missing = Please choose a document.
choice-one = One photo
choice-two = Two photos: front and back

## Photos

capture-front = Photograph the front
capture-back = Photograph the back
capture-page = Photograph the photo page
capture-selfie = Take a photo of your face
capture-front-lead = The side with your photo. All four corners in the picture, no reflections.
capture-back-lead = Now turn it over: the side without your photo.
capture-page-lead = Open the passport at the page with your photo. Both lines at the bottom have to be readable.
capture-selfie-lead = Look straight at the camera, in even light, without hat or sunglasses.
capture-preparing = Preparing the photo …
capture-cancel = Stop
capture-keep = Go on with the photos that are there
capture-keep-selfie = Go on with the photo that is there
capture-attempts = { $left ->
    [one] One try left for this photo.
   *[other] { $left } tries left for this photo.
}

## What is asked for besides

additional-rules = It has to be:
additional-proof = What is it?
additional-proof-none = Please choose, if it is in the list
additional-file = Choose a photo
additional-pdf = Choose a PDF
additional-file_or_pdf = Choose a photo or a PDF
additional-keep = Go on with the file that is there
additional-review-title = Is this the right one?
additional-review-lead = Everything has to be readable, and nothing cut off.
additional-again = Hand in another
rule-recent = Not older than three months.
rule-readable = Everything on it can be read; nothing is blurry or covered.
rule-official = An official document: nothing written by hand.
rule-latin_script = In Latin letters.
rule-name_address_date = Your full name, your address and the date stand on it.
proof-bank_statement = Bank statement
proof-electricity_bill = Electricity bill
proof-water_bill = Water bill
proof-credit_card_statement = Credit card bill or statement
proof-gas_bill = Gas bill
proof-telephone_bill = Telephone bill
proof-bank_reference_letter = Bank reference letter
proof-internet_bill = Internet bill
proof-mortgage = Mortgage statement or contract
proof-payslip = Company payslip
proof-insurance_policy = Car or home insurance policy
proof-tax_letter = Municipality bill or government tax letter
proof-driver_license = Driver’s licence
proof-residence_permit = Residence permit
proof-education_letter = Official letter from an educational institution
proof-lease_agreement = Lease agreement for your residence
proof-employment_letter = Letter of employment
proof-change_of_address_form = Authorised change of address form
proof-car_registration = Car registration
proof-other = Other
proof-public_authority_letter = Letter issued by a public authority

## Looking at them

review-document-title = Can everything be read?
review-document-lead = Check that the text is sharp and nothing is cut off.
review-selfie-title = Is your face clearly visible?
review-selfie-lead = It should be sharp, evenly lit and without anything covering it.
review-again = Take again
review-again-named = Take again: { $item }
review-accept = Yes, continue
review-loading = The picture is being loaded …
review-failed = The picture could not be loaded.
review-drawing = The pages are being prepared …
pages-at = Page { $page } of { $pages }
pages-before = Previous page
pages-next = Next page

## Asked for again

asked-title = Please send this again
asked-reviewer = Message from the reviewer
asked-until = Please send it by { $date }.
asked-done = sent again
asked-open = to do

## Waiting, and what became of it

wait-title = Thank you, everything is sent
wait-processing = Your photos are on their way to the person who checks them.
wait-in_review = Your case is with a reviewer now.
wait-lead = You can leave this page open: the result appears here by itself. You may also close it and come back later, in this browser on this device.
wait-live = This page updates itself

outcome-approved-title = Your identity is confirmed
outcome-approved = There is nothing more to do. You can close this page.
outcome-rejected-title = Your identity could not be confirmed
outcome-rejected = If you think this is a mistake, contact the company that sent you here.
outcome-expired-title = The time for this check is over
outcome-expired = Ask the company that sent you here for a new link.
outcome-cancelled-title = This check was called off
outcome-cancelled = The company that sent you here ended it. There is nothing more to do.
outcome-erased = The data of this check has been erased.
outcome-message = Message from the reviewer

## Another device

device-title = Go on with another device
device-phone-title = Continue on your phone
device-lead = Its camera takes better photos. You scan a code, compare a number, and go on there where you are now.
device-begin = Show the code
device-anew = Show a new code
device-scan-title = Scan this code with your phone
device-scan = Point your phone’s camera at it, or open this link there. It works once, for five minutes. Show it to nobody else.
device-qr = QR code that opens this check on your phone
device-link = Link for the other device
device-copy = Copy
device-copied = Copied
device-wait = Waiting for your other device
device-cancel = Cancel
device-asked-title = Does your other device show this number?
device-asked = A device wants to go on with your check. Let it in only if you hold it in your hand and it shows the same number.
device-yes = Yes, go on there
device-no = No, refuse
device-expired-title = The code has run out
device-expired = No device was let in within five minutes. Nothing has changed here.
device-failed = That did not work. Please try again.

elsewhere-title = Go on with your other device
elsewhere-lead = Your check is there now. Here you see how far you are.
elsewhere-back = Continue here instead
elsewhere-back-hint = Your other device is signed out then. Nothing that was saved is lost.
give-back = Give it back to the other device
give-back-hint = This device is signed out then. Nothing that was saved is lost.
give-back-unsaved = Not everything is saved yet. It is sent once there is a network again; give it back then.

join-title = Compare this number
join-lead = The device where you began shows a number, too. If it is the same, say yes there.
join-warn = Did you get this code from somebody else, or does your own device show no number? Then close this page.
join-wait = Waiting for your yes on the other device
join-ended-title = This device was not let in
join-ended = You said no on the other device, or did not answer in time. You can get a new code there.
join-used-title = This code is no longer valid
join-used = Each code works once, for five minutes. Get a new one on the device where you began.
