"""The papers in a package, in Chinese and English: how to check and open it with standard tools only."""

from bequest.steps.deliver.content import DeliverySpec
from bequest.steps.deliver.undertakings import MEANINGS

_VERIFY = """# 查验与打开 / Check and open

{rehearsal}交付编号 Delivery: {delivery_id}
交出方 Sender: {sender}
接收方 Receiver: {receiver}

本文件夹是 BagIt 包，`data/` 里只有密文。以下每一步都只用通用工具。
This folder is a BagIt bag; `data/` holds ciphertext only. Every step uses standard tools.

1. 核对文件未被改动 / Check that no file was changed

       sha256sum -c manifest-sha256.txt && sha256sum -c tagmanifest-sha256.txt

   或 or: `python -m bagit --validate .`

2. 核对交出方签名 / Check the sender's signature: `DataDelivery.dsse.json` (DSSE, in-toto)

       jq -r .payload DataDelivery.dsse.json | base64 -d

   其中 `volumes` 的摘要须与第 1 步一致；公钥须从协议或其他途径取得。
   Its `volumes` must be those of step 1; take the public key from the agreement, not from this folder.

3. 解密、解包 / Decrypt and unpack
{key_release}
       mkdir in && for v in data/vol-*.tar.age; do age -d -i key.txt "$v" | tar x -C in; done

4. 核对内层包 / Check the inner bag

       cd in/bag && sha256sum -c manifest-sha256.txt

5. 签收 / Sign for it: `bequest receive` 会做完以上各步并生成回执 / does all of this and makes the receipt.
"""

_KEY_RELEASE = """
   钥匙由 {escrow} 保管：先签第一张回执（`bequest accept`），它核对后放行钥匙胶囊。
   胶囊这样打开，以下的 `key.txt` 用打开所得：
   The key is held by {escrow}: sign the first receipt (`bequest accept`); it then releases a capsule with the key. Open
   the capsule so, and use what comes out as `key.txt` below:

       age -d -i own-key.txt DELIVERY.capsule.age > key.txt
"""

_README_ZH = """# 交付内容说明

{rehearsal}交付编号：{delivery_id}
交出方：{sender}　接收方：{receiver}
移交依据：{legal_route}　用途：{purposes}

- `data/datapackage.json`：各表、各列（Frictionless Data Package）。
  `bequest:how` 说明该列是原值（value）、掩码（masked）还是代号（token）。
- `data/<来源>/<表>/part-NNNN.parquet`：数据，Parquet（zstd）。所有列都是文本，空值为 null。
- 第一列 `__row` 是行代号：日后更正、撤回、删除某一行时，双方用它指认。
- 代号在本接收方的各次交付之间一致，`bequest:domain` 相同的列可以关联；与交给其他接收方的代号无关。
- `receipt-nonce.txt`：解密后才看得到的随机数，回执中引用它以证明已解密。
- `COMMIT-SALT.txt`：打开交付声明中内层清单承诺所用的盐。

接收方应继续履行个人信息处理者的义务（个保法 22）；变更处理目的、处理方式的，须重新取得同意。
限制：{restrictions}

接收方承诺（签收即承诺；`bequest receive --into` 导入前须以 `--undertake` 逐项承诺）：

{undertakings_zh}
{agreement_zh}"""

_README_EN = """# What this delivery holds

{rehearsal}Delivery: {delivery_id}
Sender: {sender}. Receiver: {receiver}
Ground: {legal_route}. Purposes: {purposes}

- `data/datapackage.json`: tables and columns (Frictionless Data Package). `bequest:how` says whether a column holds
  the value, a masked value or a token.
- `data/<source>/<table>/part-NNNN.parquet`: the data, Parquet (zstd). Every column is text; no value is null.
- The first column, `__row`, is a token of the row: both sides name a row by it when it is corrected, withdrawn or
  deleted later.
- Tokens are the same in all deliveries to this receiver; columns of one `bequest:domain` can be joined. They have
  nothing in common with the tokens of another receiver.
- `receipt-nonce.txt`: a random number that can be seen only after decryption; the receipt quotes it.
- `COMMIT-SALT.txt`: the salt that opens the commitment to the inner manifest in the delivery statement.

The receiver continues the duties of the handler (PIPL Art. 22); a changed purpose or method needs new consent.
Restrictions: {restrictions}

The receiver undertakes the following, by signing the receipt; before `bequest receive --into` imports anything, each
with `--undertake`:

{undertakings_en}
{agreement_en}"""


def verify_text(spec: DeliverySpec) -> bytes:
    """`VERIFY.md` of the outer bag."""
    return _VERIFY.format(**_words(spec, "演练，不具效力 / Rehearsal, without effect\n\n")).encode()


def readme_texts(spec: DeliverySpec) -> dict[str, bytes]:
    """The READMEs of the inner bag, by file name."""
    return {
        "README.zh.md": _README_ZH.format(**_words(spec, "**演练，不具效力。**\n\n")).encode(),
        "README.en.md": _README_EN.format(**_words(spec, "**Rehearsal, without effect.**\n\n")).encode(),
    }


def _terms(spec: DeliverySpec, text: str) -> str:
    return f"\n{text.format(**spec.agreement)}\n" if spec.agreement else ""


def _words(spec: DeliverySpec, rehearsal: str) -> dict[str, str]:
    return {
        "rehearsal": rehearsal if spec.rehearsal else "",
        "delivery_id": spec.delivery_id,
        "sender": spec.sender,
        "receiver": spec.receiver,
        "legal_route": spec.legal_route,
        "purposes": ", ".join(spec.purposes) or "—",
        "key_release": _KEY_RELEASE.format(escrow=spec.released_by) if spec.released_by else "",
        "restrictions": ", ".join(spec.restrictions) or "—",
        "undertakings_zh": "\n".join(f"- `{u}`：{MEANINGS[u][0]}" for u in spec.undertakings),
        "undertakings_en": "\n".join(f"- `{u}`: {MEANINGS[u][1]}" for u in spec.undertakings),
        "agreement_zh": _terms(spec, "协议：{title}（至 {endsOn}）。条件：{conditions}。保密：{confidentiality}。"),
        "agreement_en": _terms(
            spec, "Agreement: {title} (until {endsOn}). Conditions: {conditions}. Confidentiality: {confidentiality}."
        ),
    }
