### كل نصوص <kyc-capture> بالعربية.

openCamera = فتح الكاميرا
takePhoto = التقاط الصورة
closeCamera = إغلاق الكاميرا
chooseFile = اختيار صورة
dropHint = أو اسحب صورة إلى هنا
starting = يجري تشغيل الكاميرا…
preparing = جارٍ تجهيز الصورة…
loadingHelp = يجري تحميل المساعدة لالتقاط الصورة…
live = صورة الكاميرا
auto = تُلتقط الصورة تلقائيًا حالما يكون كل شيء صحيحًا.
manual = التقط الصورة متى شئت.
switchCamera = كاميرا أخرى
torch = الضوء

## إرشادات للوثيقة

hints-document-too_dark = مظلم جدًا – انتقل إلى مكان أكثر إضاءة
hints-document-too_bright = ساطع جدًا – ابتعد عن الضوء
hints-document-no_face = ضع الوثيقة داخل الإطار
hints-document-several_faces = وثيقة واحدة فقط
hints-document-align = ضع الوثيقة داخل الإطار
hints-document-closer = اقترب أكثر
hints-document-further = ابتعد قليلًا
hints-document-hold_still = لا تتحرك
hints-document-blurred = غير واضح – انتظر حتى تصبح الكتابة واضحة
hints-document-glare = انعكاس – أمِل الوثيقة قليلًا
hints-document-clear = الصورة واضحة والإضاءة كافية
hints-document-good = جيد – لا تتحرك

## إرشادات للوجه

hints-face-too_dark = مظلم جدًا – استدِر نحو الضوء
hints-face-too_bright = ساطع جدًا – استدِر بعيدًا عن الضوء
hints-face-no_face = ضع وجهك داخل الشكل البيضوي
hints-face-several_faces = يجب أن يظهر وجهك وحده
hints-face-align = حرّك وجهك إلى الوسط
hints-face-closer = اقترب أكثر
hints-face-further = ابتعد قليلًا
hints-face-hold_still = لا تتحرك
hints-face-blurred = غير واضح – لا تتحرك، أو امسح عدسة الكاميرا
hints-face-glare = انعكاس – أدِر وجهك قليلًا
hints-face-clear = الصورة واضحة والإضاءة كافية
hints-face-good = جيد – لا تتحرك

## لماذا لا توجد كاميرا، وما العمل

faults-denied = الكاميرا محظورة لهذه الصفحة. اسمح بها في شريط العنوان وحاول مرة أخرى، أو اختر صورة.
faults-none = لم يُعثر على كاميرا في هذا الجهاز. اختر صورة، أو تابع على هاتفك.
faults-busy = تطبيق آخر يستخدم الكاميرا. أغلق ذلك التطبيق وحاول مرة أخرى، أو اختر صورة.
faults-insecure_context = لا تعمل الكاميرا إلا عبر اتصال آمن (https). اختر صورة بدلًا من ذلك.
faults-iframe_without_permission = الصفحة المحيطة بهذه الصفحة لا تسمح باستخدام الكاميرا. اختر صورة، أو افتح هذه الصفحة في نافذة مستقلة.
faults-aborted = توقفت الكاميرا. افتحها مرة أخرى، أو اختر صورة.
faults-unsupported = لا يتيح هذا المتصفح للصفحات استخدام الكاميرا. اختر صورة، أو افتح الرابط في متصفح آخر.
faults-unknown = تعذّر تشغيل الكاميرا. اختر صورة، أو حاول مرة أخرى.
