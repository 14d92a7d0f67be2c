"""Passwords and other secrets of a person: hashes by their forms, and plain text by name."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import Detector, I, Shape, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.password",
    cls=FieldClass.PASSWORD_SECRET,
    reference="GB/T 35273-2020 Annex B (passwords and related protective information)",
    hints=listed(
        """密码, 登录密码, 支付密码, 交易密码, 提现密码, 口令, 密码盐, 盐, 盐值, 加密盐, 密钥, 秘钥, 密保答案,
        安全问题答案, 登陆密码, 用户密码, 初始密码, 手势密码, 会话密钥, 访问令牌, 密码md5, 授权码, 解锁密码,
        短信验证码, 动态口令密钥, password, passwd, pwd, pass, passphrase, pass word, user pass, user password,
        login password, login pwd, pay password, pay pwd, trade password, salt, password salt, secret, password hash,
        pin, pin code, cvv, cvc, security answer, secret answer, session key, access token, refresh token, auth key,
        auth token, remember token, api token, reset token, api key, otp secret, mfa secret, totp secret, private key,
        user token, id token, password digest, encrypted password, pswd, psw, pass hash, credential, mima, denglumima,
        zhifumima, security code, verification token, activation key, login pass, login passwd, deal password,
        deal pwd, deal pass, trade pass, pay pass, pay passwd, cash password, withdraw password, withdraw pwd,
        user pwd, user passwd, admin pwd, admin pass, passwords, pwd hash, passwd hash, pass salt, pwd salt, ec salt,
        cvn, cvv code, pwd question, password question, passwd question, safe question, security question,
        passwd answer, password answer, pwd answer, safe answer, sesskey, sess key, session token, login token,
        mobile token, app token user, gesture password, gesture pwd, sms password, encrypt key user, auth secret,
        private secret, rsa private key, channel key, mch key, app secret, client secret, pay key, secret key,
        access secret, sign key, md key, 安全符, 加密串, 安全码, 盐加密, 密码加密盐, 密码提示问题, 密保问题, 密保,
        安全密码, 资金密码, 查询密码, 卡密码, 授权令牌, 用户的授权令牌, 登录令牌, 登录凭证, 渠道密钥, 应用私钥,
        商户密钥, 私钥, 应用密钥, 客户端密钥, 接口密钥, mm code, dlmm, jymm, 取款密码, 查询口令, 初始口令, 原密码,
        旧密码, 新密码, 默认密码, 二级密码, 安全口令, 开锁密码, 开门密码, 门锁密码, 锁密码, wifi密码, 动态密码,
        动态口令, 密码提示, 密码密文, 密码哈希, 盐值码, 验证密钥, 提示问题, 提示答案, 找回答案, 安全问题, 登录凭据,
        登录票据, 刷新令牌, 会话令牌, 身份令牌, 私人密钥, 助记词, 支付口令, 支付密钥, otp, otp code, otp key, totp,
        totp key, otp seed, two factor secret, tfa secret, mfa key, google auth key, google secret, secret question,
        secret q, secret a, hint question, hint answer, recovery code, recovery codes, backup code, backup codes,
        recovery key, pin hash, pin no, pin number, pin block, transaction pin, atm pin, mpin, tpin, upin, pwd md5,
        password md5, passmd, old pwd, old password, new password, init pwd, init password, initial password,
        default pwd, default password, second password, second pwd, sec pwd, sec password, fund pwd, fund password,
        trade pin, tx password, txn pwd, wallet pwd, wallet password, unlock pattern, unlock code, unlock pwd,
        door pwd, door password, lock password, lock pwd, gesture, gesture code, pattern lock, pay pin, payment pin,
        payment password, login secret, login hash, auth hash, auth string, auth ticket, login ticket, sso token,
        jwt token, session secret, csrf secret user, bearer token, oauth token, access key secret, mnemonic,
        seed phrase, seed words, wallet private key, priv key, user secret, user salt, passwd salt, userpass, usrpass,
        usr pass, login pswd, lgn pwd, passcode, pass code, security pin, security word, cvn2, cvv2, cvc2,
        password plain, plain password, plain pwd, zhifumm, jiaoyimima, tixianmima, qukuanmima, chushimima, zfmm,
        qkmm, cxmm, csmm, yhmm, mmyz, mibao, mibaodaan, mibaowenti"""
    ),
    whole_hints=("mm",),
    weak_hints=listed("token, 令牌, auth code"),
    blockers=listed("product, zip, post, error, status, color, goods, boarding, csrf"),
    types=frozenset({T, I}),
    shape=Shape(
        pattern=r"^\$2[aby]?\$\d\d\$[./A-Za-z0-9]{53}$|^\$argon2|^\$[156]\$|^\{(?:bcrypt|SSHA|MD5|noop)\}|^pbkdf2[_:$]|(?i)^[0-9a-f]{32}$"
        r"|(?i)^[0-9a-f]{40}$|(?i)^[0-9a-f]{64}$|(?i)^[0-9a-f]{96}$|(?i)^[0-9a-f]{128}$|^\*[0-9A-F]{40}$",
        points=22,
    ),
)
