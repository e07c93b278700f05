### كل نصوص الصفحة بالعربية.

title = التحقق من الهوية
language = اللغة
language-failed = تعذّر تحميل هذه اللغة. تحقّق من اتصالك واخترها مرة أخرى.
loading = لحظة من فضلك…
incomplete = لم يصل جزء من هذه الصفحة بعد. سيصل بمجرد توفّر الاتصال؛ لا يضيع شيء مما أدخلته.
progress = الخطوة { $step } من { $of }: { $name }
step-done = تمّت
back = رجوع
continue = متابعة
try-again = إعادة المحاولة
understood = حسنًا
upload-label = الصورة في الطريق
upload-waits = في انتظار الشبكة. ما أُرسل يبقى مُرسلًا.
upload-stop = إيقاف الإرسال
upload-stopped = توقف الإرسال. يُرجى التقاط الصورة مرة أخرى.
conflict = { $what } لم يُحفظ آخر ما قمت به.

## أين وصل الشخص

step-welcome = مرحبًا
step-personal_details = بياناتك
step-document_selection = وثيقتك
step-document_photo = صورة الوثيقة
step-document_review = مراجعة الصورة
step-selfie = صورة وجهك
step-selfie_review = مراجعة صورتك
step-additional_step = أمر آخر
step-additional_step_review = تحقق مما ترسله
step-final = تم الإرسال
step-approved = تم التأكيد
step-rejected = لم يتم التأكيد
step-expired = انتهت المهلة
step-cancelled = أُلغي

## هل كل شيء على الخادم

status-saved = تم الحفظ
status-saving = جارٍ الحفظ…
status-offline = لا يوجد اتصال – محفوظ على هذا الجهاز
status-offline_not_kept = لا يوجد اتصال – أبقِ هذه الصفحة مفتوحة
status-conflict = تم التحديث
status-signed_out = لم يتم تسجيل الدخول

## المطلوب

document-id_card = بطاقة الهوية
document-passport = جواز السفر
document-residence_permit = تصريح الإقامة
document-driver_license = رخصة القيادة
document-pan_card = بطاقة PAN
document-aadhaar = بطاقة آدهار
document-other = وثيقة أخرى

item-document_front = الوجه الأمامي لوثيقتك
item-document_back = الوجه الخلفي لوثيقتك
item-document_page = الصفحة التي تحمل صورتك
item-selfie = صورة وجهك

## لماذا تُطلب صورة مرة أخرى

retake-blurry = الصورة غير واضحة. ثبّت الكاميرا وانتظر حتى تصبح الكتابة واضحة.
retake-glare = انعكاس الضوء يغطي جزءًا منها. أمِل الوثيقة قليلًا أو أطفئ الفلاش.
retake-too_dark = الصورة مظلمة جدًا. انتقل إلى مكان أكثر إضاءة.
retake-cropped = جزء من الوثيقة مقطوع. يجب أن تظهر الزوايا الأربع في الصورة.
retake-unreadable = لا يمكن قراءة الكتابة. اقترب أكثر في إضاءة جيدة.
retake-wrong_document = هذه وثيقة غير التي اخترتها.
retake-wrong_side = هذا هو الوجه الآخر للوثيقة.
retake-damaged = الوثيقة تالفة إلى حد لا يسمح بفحصها. استخدم وثيقة أخرى إن وُجدت.
retake-expired_document = لم تعد هذه الوثيقة سارية. استخدم وثيقة سارية من فضلك.
retake-face_not_visible = وجهك غير ظاهر بوضوح. انزع القبعة والنظارات الشمسية وانظر إلى الكاميرا.
retake-not_live = تبدو هذه صورةً لصورة. التقط صورة جديدة لنفسك من فضلك.
retake-other = التقط هذه الصورة مرة أخرى من فضلك.

## لماذا لم يتم التأكيد. لا يُذكر الاشتباه أبدًا.

reject-document_expired = لم تعد وثيقتك سارية.
reject-document_not_accepted = هذا النوع من الوثائق غير مقبول.
reject-details_mismatch = ما كتبته يختلف عمّا ورد في الوثيقة.
reject-face_mismatch = لم تتطابق صورة وجهك مع الوثيقة.
reject-under_age = عمرك أقل من السن المطلوبة.
reject-suspected_fraud = لم نتمكن من تأكيد هويتك.
reject-other = لم نتمكن من تأكيد هويتك.

## لماذا رُفضت خطوة

guard-locale_invalid = اختر لغتك مرة أخرى ووافق من جديد من فضلك.
guard-consent_outdated = تغيّر إشعار الخصوصية. أعد تحميل الصفحة واقرأ الإشعار الجديد من فضلك.
guard-name_missing = اكتب أسماءك كما وردت في وثيقتك من فضلك.
guard-name_invalid = أحد الأسماء طويل جدًا أو فيه رموز لا ترد في الأسماء. تحقّق منه من فضلك.
guard-date_of_birth_invalid = اكتب تاريخ ميلادك من فضلك، مثلًا { $example }.
guard-under_age = عمرك أقل من السن المطلوبة، لذلك لا يمكن متابعة هذا التحقق.
guard-document_not_offered = هذه الوثيقة غير مقبولة لهذا البلد. اختر وثيقة أخرى من فضلك.
guard-side_not_needed = هذا الوجه غير مطلوب. تابع بما تطلبه الصفحة.
guard-photo_missing = ما زالت صورة ناقصة. التقطها أولًا من فضلك.
guard-no_attempts_left = استُنفدت كل المحاولات لهذه الصورة. تابع بالصورة الموجودة.
guard-no_step_before = لا توجد خطوة سابقة.
guard-deadline_passed = انتهت مهلة هذا التحقق. اطلب رابطًا جديدًا من الشركة التي أرسلتك إلى هنا.
guard-too_early = هذا غير ممكن بعد.
guard-already_erased = تم محو بيانات هذا التحقق.
guard-on_hold = يجب الاحتفاظ ببيانات هذا التحقق؛ لن يُمحى شيء حتى ينتهي ذلك.
guard-not_on_hold = لا يوجد ما يوجب الاحتفاظ ببيانات هذا التحقق.
guard-item_unknown = هذه الصورة ليست جزءًا من التحقق.
guard-no_rounds_left = لا توجد جولات أخرى لهذا التحقق.
guard-text_too_long = هذا النص طويل جدًا. اختصره من فضلك.
guard-step_not_asked = هذا غير مطلوب الآن. تابع ما تطلبه الصفحة.
guard-source_not_allowed = لا يمكن تقديمه بهذه الطريقة. استخدم إحدى الطرق التي تعرضها الصفحة.
guard-proof_not_offered = هذا النوع من الفواتير غير مقبول. اختر نوعًا آخر.
guard-already_started = لقد بدأ هذا التحقق بالفعل.
guard-step_unknown = هذا ليس جزءًا من التحقق.
guard-step_type_not_enabled = هذا النوع من التحقق غير متاح.
guard-field_unknown = هذا الحقل ليس جزءًا من التحقق.
guard-country_unknown = لا توجد دولة كهذه.
guard-document_unknown = لا توجد وثيقة كهذه.

## ما تعثّر في الطريق

trouble-not_an_image = هذا الملف ليس صورة يمكننا قراءتها. اختر صورة بصيغة JPEG أو PNG أو WebP من فضلك.
trouble-source_mismatch = هذا الملف ليس من النوع الذي أُرسل به. اختره مرة أخرى من فضلك.
trouble-not_a_pdf = هذا الملف ليس بصيغة PDF. اختر المستند بصيغة PDF من فضلك.
trouble-pdf_not_allowed = لا تُقبل هنا ملفات PDF. قدّم صورة بدلًا منه من فضلك.
trouble-pdf_encrypted = يطلب ملف PDF هذا كلمة مرور. احفظه أو اطبعه كملف PDF من دون كلمة مرور، ثم اختر ذلك الملف.
trouble-pdf_damaged = ملف PDF هذا تالف أو غير مكتمل. نزّله مرة أخرى، أو اطبعه كملف PDF جديد.
trouble-pdf_too_long = في ملف PDF هذا صفحات كثيرة جدًا. اختر ملفًا لا يحوي إلا الصفحات المهمة.
trouble-pdf_empty = لا يظهر شيء في ملف PDF هذا. افتحه وتحقق منه، ثم اختر ملفًا آخر.
trouble-pdf_too_complex = لا يمكن عرض ملف PDF هذا لأنه معقد جدًا. اطبعه كملف PDF جديد، أو امسحه ضوئيًا بتفاصيل أقل.
trouble-image_empty = هذا الملف فارغ. اختر ملفًا آخر من فضلك.
trouble-image_damaged = هذه الصورة تالفة أو غير كاملة. التقطها أو اخترها مرة أخرى من فضلك.
trouble-too_large = هذا الملف كبير جدًا. اختر صورة أصغر من فضلك.
trouble-too_many_pixels = في هذه الصورة عدد كبير جدًا من البكسلات. اختر صورة أصغر من فضلك.
trouble-image_too_small = هذه الصورة صغيرة جدًا ولا يمكن قراءتها. اقترب أكثر أو اختر صورة أكبر من فضلك.
trouble-digest_mismatch = تغيّرت الصورة في الطريق. أرسلها مرة أخرى من فضلك.
trouble-blob_missing = لم تصل الصورة. أرسلها مرة أخرى من فضلك.
trouble-images_exhausted = أُرسل من هنا عدد كبير جدًا من الصور. اطلب رابطًا جديدًا من الشركة التي أرسلتك إلى هنا.
trouble-events_exhausted = أُجري هنا عدد كبير جدًا من التغييرات. اطلب رابطًا جديدًا من الشركة التي أرسلتك إلى هنا.
trouble-stale = استمر هذا التحقق في نافذة أخرى أو على جهاز آخر. ترى الآن أين وصل.
trouble-handed_over = يستمر هذا التحقق على جهازك الآخر. ما فعلته هنا الآن لم يُحفظ.
trouble-not_accepted = تمّت هذه الخطوة في مكان آخر. ترى الآن أين وصل التحقق.
trouble-offline = لا يوجد اتصال. صورتك محفوظة هنا، وستُرسل فور عودة الاتصال.
trouble-rate_limited = كان ذلك سريعًا بعض الشيء. انتظر لحظة ثم حاول مرة أخرى.
trouble-insecure = فُتحت هذه الصفحة عبر اتصال غير آمن، لذلك لا يمكنها إرسال الصور. افتحها باستخدام https.
trouble-unknown = حدث خطأ من جانبنا. حاول مرة أخرى من فضلك؛ لم يضِع شيء مما كتبته.

## قبل فتح الجلسة

open-no_link-title = افتح رابطك الشخصي من فضلك
open-no_link = تُفتح هذه الصفحة بالرابط الذي تلقيته من الشركة التي تريد التحقق من هويتك.
open-used-title = استُخدم هذا الرابط من قبل
open-used = يعمل كل رابط مرة واحدة ولمدة قصيرة فقط. عُد إلى صفحة الشركة واطلب رابطًا جديدًا. لم يضِع شيء مما كتبته.
open-offline-title = الخادم لا يستجيب
open-offline = تحقّق من اتصالك وحاول مرة أخرى. لم يضِع شيء مما كتبته.
open-broken-title = لا يمكن عرض هذه الصفحة
open-broken = أعد تحميلها من فضلك. وإن لم ينفع ذلك، فافتح رابطك في متصفح آخر.
open-signed_out-title = لم يعد رابطك صالحًا
open-signed_out = اطلب رابطًا جديدًا من الشركة التي أرسلتك إلى هنا. ما أرسلته حتى الآن محفوظ.
open-taken_back-title = استعاد جهازك الآخر هذا التحقق
open-taken_back = تابع هناك. لاستخدام هذا الجهاز مجددًا، اطلب رمزًا جديدًا على الجهاز الآخر.
open-given_back-title = عاد هذا التحقق إلى جهازك الآخر
open-given_back = تابع هناك. لا يُحفظ منه شيء هنا.

## مرحبًا

welcome-title = لنتحقق من هويتك
welcome-lead = يستغرق ذلك نحو ثلاث دقائق. تحتاج إلى:
welcome-need-document = وثيقة هوية سارية
welcome-need-camera = كاميرا، أو صور للوثيقة
welcome-need-light = إضاءة جيدة
welcome-privacy-title = ماذا يحدث لبياناتك
welcome-privacy-use = تُستخدم بياناتك وصور وثيقتك ووجهك لتأكيد هويتك فقط.
welcome-privacy-person = ينظر إليها شخص مدرَّب. لا تتخذ آلة وحدها أي قرار.
welcome-privacy-saved = يُحفظ كل شيء أولًا بأول. يمكنك التوقف والعودة لاحقًا، وعلى جهاز آخر أيضًا.
welcome-privacy-company = الشركة التي أرسلتك إلى هنا مسؤولة عن بياناتك. وهي تخبرك بمدة الاحتفاظ بها، ويمكنك أن تطلب محوها.
welcome-consent = قرأت هذا، وأوافق على استخدام بياناتي وصوري لتأكيد هويتي.
welcome-consent-missing = ضع علامة في المربع للمتابعة من فضلك. لا يمكننا البدء من دون موافقتك.
welcome-start = ابدأ
welcome-version = إشعار الخصوصية، الإصدار { $version }

## البيانات

details-title = بياناتك
details-lead = كما وردت في وثيقتك تمامًا.
details-given = الأسماء الأولى
details-given-hint = كلها، وبالترتيب نفسه
details-given-missing = اكتب أسماءك الأولى كما وردت في وثيقتك من فضلك.
details-family = اسم العائلة
details-family-missing = اكتب اسم العائلة كما ورد في وثيقتك من فضلك.
details-birth = تاريخ الميلاد
details-birth-hint = مثلًا { $example }
details-birth-incomplete = اكتب اليوم والشهر والسنة بالأرقام من فضلك، مثلًا { $example }.
details-birth-no_such_day = لا يوجد يوم كهذا. تحقّق من اليوم والشهر من فضلك.
details-birth-year = اكتب السنة بأربعة أرقام من فضلك، مثلًا 1985.
details-birth-future = هذا التاريخ لم يأتِ بعد. تحقّق من السنة من فضلك.
details-day = اليوم
details-month = الشهر
details-year = السنة

## الوثيقة

choice-title = أي وثيقة ستستخدم؟
choice-lead = يجب أن تكون سارية وباسمك.
choice-country = بلد الإصدار
choice-please = اختر من فضلك
choice-country-missing = اختر البلد أولًا من فضلك.
choice-type = نوع الوثيقة
choice-type-missing = اختر وثيقة من فضلك.
choice-one = صورة واحدة
choice-two = صورتان: الوجه الأمامي والوجه الخلفي

## الصور

capture-front = صوّر الوجه الأمامي
capture-back = صوّر الوجه الخلفي
capture-page = صوّر الصفحة التي تحمل صورتك
capture-selfie = التقط صورة لوجهك
capture-front-lead = الوجه الذي يحمل صورتك. الزوايا الأربع داخل الصورة، من دون انعكاسات.
capture-back-lead = اقلبها الآن: الوجه الذي لا يحمل صورتك.
capture-page-lead = افتح جواز السفر على الصفحة التي تحمل صورتك. يجب أن يكون السطران في الأسفل مقروءين.
capture-selfie-lead = انظر مباشرة إلى الكاميرا، في إضاءة متساوية، من دون قبعة أو نظارات شمسية.
capture-preparing = جارٍ تجهيز الصورة…
capture-cancel = إيقاف
capture-keep = المتابعة بالصور الموجودة
capture-keep-selfie = المتابعة بالصورة الموجودة
capture-attempts = { $left ->
    [zero] لم تبقَ محاولات لهذه الصورة.
    [one] بقيت محاولة واحدة لهذه الصورة.
    [two] بقيت محاولتان لهذه الصورة.
    [few] بقيت { $left } محاولات لهذه الصورة.
    [many] بقيت { $left } محاولة لهذه الصورة.
   *[other] بقيت { $left } محاولة لهذه الصورة.
}

## ما يُطلب إضافةً

additional-rules = يجب أن يكون كما يلي:
additional-proof = ما هو؟
additional-proof-none = اختر إن كان في القائمة
additional-file = اختيار صورة
additional-pdf = اختيار ملف PDF
additional-file_or_pdf = اختيار صورة أو ملف PDF
additional-keep = المتابعة بالملف الموجود
additional-review-title = هل هذا هو الصحيح؟
additional-review-lead = يجب أن يكون كل شيء مقروءًا وألا يكون أي جزء مقطوعًا.
additional-again = تقديم غيره
rule-recent = ألا يكون أقدم من ثلاثة أشهر.
rule-readable = كل ما فيه مقروء، ولا شيء ضبابي أو محجوب.
rule-official = وثيقة رسمية: لا شيء مكتوب بخط اليد.
rule-latin_script = بالأحرف اللاتينية.
rule-name_address_date = يظهر فيها اسمك الكامل وعنوانك والتاريخ.
proof-bank_statement = كشف حساب مصرفي
proof-electricity_bill = فاتورة كهرباء
proof-water_bill = فاتورة ماء
proof-credit_card_statement = كشف بطاقة ائتمان
proof-gas_bill = فاتورة غاز
proof-telephone_bill = فاتورة هاتف
proof-bank_reference_letter = خطاب مرجعي من المصرف
proof-internet_bill = فاتورة إنترنت
proof-mortgage = كشف أو عقد رهن عقاري
proof-payslip = قسيمة راتب
proof-insurance_policy = وثيقة تأمين سيارة أو منزل
proof-tax_letter = فاتورة بلدية أو خطاب ضريبي
proof-driver_license = رخصة قيادة
proof-residence_permit = تصريح إقامة
proof-education_letter = خطاب رسمي من مؤسسة تعليمية
proof-lease_agreement = عقد إيجار مسكنك
proof-employment_letter = خطاب عمل
proof-change_of_address_form = نموذج معتمد لتغيير العنوان
proof-car_registration = تسجيل مركبة
proof-other = غير ذلك
proof-public_authority_letter = خطاب صادر عن جهة حكومية

## المراجعة

review-document-title = هل كل شيء مقروء؟
review-document-lead = تأكّد من أن الكتابة واضحة وأنه لم يُقطع شيء.
review-selfie-title = هل وجهك ظاهر بوضوح؟
review-selfie-lead = يجب أن يكون واضحًا ومضاءً بالتساوي ولا يغطيه شيء.
review-again = إعادة التصوير
review-again-named = إعادة التصوير: { $item }
review-accept = نعم، متابعة
review-loading = جارٍ تحميل الصورة…
review-failed = تعذّر تحميل الصورة.
review-drawing = جارٍ تحضير الصفحات…
pages-at = الصفحة { $page } من { $pages }
pages-before = الصفحة السابقة
pages-next = الصفحة التالية

## مطلوب مرة أخرى

asked-title = أرسل هذا مرة أخرى من فضلك
asked-reviewer = رسالة من المراجِع
asked-until = أرسله قبل { $date } من فضلك.
asked-done = أُرسل مرة أخرى
asked-open = مطلوب

## الانتظار والنتيجة

wait-title = شكرًا، تم إرسال كل شيء
wait-processing = صورك في طريقها إلى الشخص الذي يراجعها.
wait-in_review = طلبك الآن لدى أحد المراجعين.
wait-lead = يمكنك ترك هذه الصفحة مفتوحة: ستظهر النتيجة هنا تلقائيًا. ويمكنك أيضًا إغلاقها والعودة لاحقًا، في هذا المتصفح على هذا الجهاز.
wait-live = تتحدّث هذه الصفحة تلقائيًا

outcome-approved-title = تم تأكيد هويتك
outcome-approved = لم يبقَ ما تفعله. يمكنك إغلاق هذه الصفحة.
outcome-rejected-title = تعذّر تأكيد هويتك
outcome-rejected = إن كنت ترى أن هذا خطأ، فتواصل مع الشركة التي أرسلتك إلى هنا.
outcome-expired-title = انتهت مهلة هذا التحقق
outcome-expired = اطلب رابطًا جديدًا من الشركة التي أرسلتك إلى هنا.
outcome-cancelled-title = أُلغي هذا التحقق
outcome-cancelled = أنهته الشركة التي أرسلتك إلى هنا. لم يبقَ ما تفعله.
outcome-erased = تم محو بيانات هذا التحقق.
outcome-message = رسالة من المراجِع

## جهاز آخر

device-title = المتابعة على جهاز آخر
device-phone-title = تابع على هاتفك
device-lead = كاميرا الهاتف تلتقط صورًا أفضل. امسح رمزًا، وقارن رقمًا، ثم تابع هناك من حيث أنت الآن.
device-begin = إظهار الرمز
device-anew = إظهار رمز جديد
device-scan-title = امسح هذا الرمز بهاتفك
device-scan = وجّه كاميرا هاتفك نحوه أو افتح هذا الرابط هناك. يعمل مرة واحدة ولمدة خمس دقائق. لا تُرِه لأحد غيرك.
device-qr = رمز استجابة سريعة يفتح هذا التحقق على هاتفك
device-link = رابط للجهاز الآخر
device-copy = نسخ
device-copied = تم النسخ
device-wait = في انتظار جهازك الآخر
device-cancel = إلغاء
device-asked-title = هل يعرض جهازك الآخر هذا الرقم؟
device-asked = يريد جهازٌ متابعة تحققك. اسمح له فقط إذا كان في يدك ويعرض الرقم نفسه.
device-yes = نعم، المتابعة هناك
device-no = لا، رفض
device-expired-title = انتهت صلاحية الرمز
device-expired = لم يُسمح لأي جهاز خلال خمس دقائق. لم يتغير شيء هنا.
device-failed = لم ينجح ذلك. حاول مرة أخرى من فضلك.

elsewhere-title = تابع على جهازك الآخر
elsewhere-lead = تحققك هناك الآن. ترى هنا إلى أين وصلت.
elsewhere-back = المتابعة هنا بدلًا من ذلك
elsewhere-back-hint = يُسجَّل خروج جهازك الآخر حينئذ. لا يضيع شيء مما حُفظ.
give-back = إعادته إلى الجهاز الآخر
give-back-hint = سيُسجَّل خروج هذا الجهاز عندئذٍ. لن يضيع شيء مما حُفظ.
give-back-unsaved = لم يُحفظ كل شيء بعد. سيُرسَل الباقي حين تعود الشبكة؛ أعده عندئذٍ.

join-title = قارن هذا الرقم
join-lead = الجهاز الذي بدأت عليه يعرض رقمًا أيضًا. إذا كان الرقم نفسه فقل نعم هناك.
join-warn = هل حصلت على هذا الرمز من شخص آخر، أو لا يعرض جهازك أي رقم؟ إذن أغلق هذه الصفحة.
join-wait = في انتظار موافقتك على الجهاز الآخر
join-ended-title = لم يُسمح لهذا الجهاز
join-ended = قلت لا على الجهاز الآخر أو لم تُجب في الوقت المناسب. يمكنك طلب رمز جديد هناك.
join-used-title = لم يعد هذا الرمز صالحًا
join-used = يعمل كل رمز مرة واحدة ولمدة خمس دقائق. اطلب رمزًا جديدًا على الجهاز الذي بدأت عليه.
