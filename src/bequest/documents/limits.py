"""What no certificate and no report can prove, in the wording that is printed on each."""

from typing import Final

from bequest.documents.words import Word

LIMITS: Final[tuple[Word, ...]] = (
    Word(
        "没有哪种办法能证明世上再无副本。本证书证明：所列范围、所做动作、密钥已按所述保管方式销毁、在所述时间所查之处没有找到。",
        "No method proves that no copy exists anywhere. Proven are: the declared scope, the actions taken, keys "
        "destroyed under the stated custody, and absence in the places searched at the times stated.",
    ),
    Word(
        "没有申报的来源、截屏、员工自行导出的文件、第三方处理者，不在视野之内。",
        "Undeclared sources, screenshots, staff exports and third-party processors are out of sight.",
    ),
    Word(
        "删除以前见过密钥的人可能已复制。销毁密钥是双人陈述，不是物理证明。",
        "A key seen before deletion may have been copied; its erasure is a statement by two people, not a "
        "physical proof.",
    ),
    Word(
        "固态盘、写时复制和云存储在介质清除前可能有残迹。本证书只称“逻辑删除”。",
        "Solid-state, copy-on-write and cloud storage may hold remnants until the medium is sanitised. This "
        "certificate claims “logical” only.",
    ),
    Word("受让方手里的一份，不归我们管。", "The receiver’s copy is outside our control."),
    Word(
        "姓名、地址、图像无法逐值检索，凡未注明召回率的，一律视为未检索。",
        "Names, addresses and images cannot be searched value by value; where no recall is stated, they count as not "
        "searched.",
    ),
)
"""The six limits of a destruction certificate, verbatim on every one."""
