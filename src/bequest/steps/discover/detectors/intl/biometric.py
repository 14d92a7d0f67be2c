"""Biometric information: face, fingerprint, voice, iris, genes."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import B, Detector, I, J, N, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.biometric",
    cls=FieldClass.BIOMETRIC,
    reference="PIPL Art. 28; GB/T 41819 (face recognition)",
    hints=listed(
        """人脸, 人脸照片, 人脸图片, 人脸特征, 人脸特征值, 人脸数据, 人脸id, 人脸token, 人脸标识, 指纹, 指纹特征,
        指纹数据, 声纹, 虹膜, 掌纹, 基因, 基因信息, 人脸库id, face token, face id, face feature, face features,
        face data, face image, face template, face encoding, face embedding, face vector, fingerprint,
        fingerprint data, finger print, finger template, finger data, voiceprint, voice print, iris, palmprint,
        palm print, dna, genome, retina, biometric, biometrics, biometric data, face photo, face base, renlian,
        zhiwen, facial feature, facial data, finger tpl, finger tmp, fingerprint template, finger feature,
        finger vein, face tpl, face img code, face feature data, face code, face no, face image base, face img,
        faceimg, facephoto, face pic, face picture, face url img, face picture url, palm vein, voice feature,
        voice print data, 指纹模板, 指纹信息, 人脸模板, 人脸图像, 人脸信息, 人脸图, 人脸采集, 面部特征, 声纹特征,
        rlzp, zw mb, face score, face similarity, face compare score, face match score, face result, liveness score,
        人脸相似度, 人脸比对分, 活体, 活体检测, 活体照片, 活体检测照片, 活体视频, 面容, 面容id, 面部图像, 人脸编码,
        人脸底库, 人脸底图, 人脸抓拍, 人脸向量, 人脸识别照片, 人脸比对结果, 静脉, 指静脉, 指纹图, 指纹图片, 指纹密码,
        指纹id, 指纹编号, 指纹一, 指纹二, 声音样本, 声纹id, 声纹编号, 眼纹, 步态, 基因数据, 基因检测, 唾液样本,
        血样编号, live photo face, liveness, liveness photo, liveness image, liveness video, face base64, facebase,
        face capture, face snapshot, face library id, face recognition, face recognition photo, face vec, face encode,
        face enc, face hash, face auth img, facial, facial recognition, facial template, facial image, finger,
        finger id, fingerprint id, fingerprint image, fingerprint no, fp template, fp tpl, fp data, fp image,
        fp feature, thumbprint, thumb print, palm, palm data, palm template, iris code, iris data, iris template,
        voice sample, voice template, gait, gene, gene data, genetic data, genetic, genes, eye print, bio template,
        bio data feature, bio feature, bio data, biometric template, biometric hash, biometric id, biometric key,
        rlsb, rltz, rltzz, rltx, zwtz, zwxx, zwmb, renlianzhaopian, renliantezheng, zhiwentezheng, live img,
        live image, live photo, live pic, live picture, living photo, living img, live face, alive photo"""
    ),
    blockers=listed("browser, 浏览器, device, 设备, font, typeface"),
    types=frozenset({T, B, J, I, N}),
)
