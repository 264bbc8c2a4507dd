"""On PYTHONPATH of a client that looks at no variable for certificates: it trusts what the machine trusts,
which is `SSL_CERT_FILE` here. The way of companies whose networks have certificates of their own.
"""

import truststore

truststore.inject_into_ssl()
