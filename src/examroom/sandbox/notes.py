"""What an instructor should know about the limits of the sandboxes on this machine."""

from examroom.sandbox.account import ACCOUNT, is_root
from examroom.sandbox.cgroup import Groups


def notes() -> list[str]:
    """Sentences (Chinese), none when an ordinary user's limits and groups bind everything."""
    groups = Groups()
    try:
        bound, unbound = groups.bound, groups.unbound
    finally:
        groups.close()
    said = []
    if is_root():
        said.append(
            "以 root 批改：对进程数等的限制管不住 root，"
            f"所以学生的代码以没有特权的账户 {ACCOUNT} 运行。"
        )
    if bound and is_root():
        said.append(f"沙箱里所有进程合起来的{'、'.join(bound)}由 cgroup 限制。")
    if unbound:
        said.append(
            f"这里不能建立 cgroup：沙箱里所有进程合起来的{'、'.join(unbound)}没有上限，"
            "只限制了每一个进程。"
        )
    return said
