from tests.mail.conftest import box

__all__ = ["box"]
