# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The configurations that are compared. Each serves www.example.org over TLS: /api/ by proxy, /static/ from files."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.lab.paths import IMAGES, ROOT

# What the role renders for a system; tests/unit/test_golden.py holds it to the templates.
RENDERED = ROOT / "tests/golden/pydotorg/etc/holdfast/edge/nginx"
NAME = "www.example.org"
BACKEND = "app.blue:8000"
# The same for all: certificate, versions, and where the files are.
TLS = """
        ssl_certificate /bench/tls.pem;
        ssl_certificate_key /bench/tls.key;
        ssl_protocols TLSv1.2 TLSv1.3;
"""
FILES = "root /bench/www;"

_SERVER = f"""
    server {{
        listen 443 ssl;
        server_name {NAME};{TLS}%s
        location / {{
            proxy_pass http://{BACKEND};
        }}
        location /static/ {{
            {FILES}
        }}
    }}
"""

# h5bp's policy "balanced" and its engine file, without their TLS versions.
_H5BP_TLS = """
        ssl_session_timeout 24h;
        ssl_session_cache shared:SSL:10m;
        keepalive_timeout 300s;
        ssl_session_tickets off;
        ssl_prefer_server_ciphers off;
        ssl_ciphers EECDH+CHACHA20:EECDH+AES;
        ssl_ecdh_curve X25519:prime256v1:secp521r1:secp384r1;
        add_header X-Content-Type-Options nosniff always;
        add_header X-Frame-Options $frame_options always;
        add_header Referrer-Policy $referrer_policy always;
        add_header Access-Control-Allow-Origin $cors;
        add_header Cache-Control $cache_control;
        expires $expires;
"""

_H5BP = """
user nginx;
worker_processes auto;
worker_rlimit_nofile 8192;
error_log /var/log/nginx/error.log warn;
pid /run/nginx.pid;
events {
    worker_connections 8000;
}
http {
    server_tokens off;
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    charset utf-8;
    log_format main '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent '
                    '"$http_referer" "$http_user_agent" "$http_x_forwarded_for"';
    access_log /var/log/nginx/access.log main;
    keepalive_timeout 20s;
    sendfile on;
    tcp_nopush on;
    gzip on;
    gzip_comp_level 5;
    gzip_min_length 256;
    gzip_proxied any;
    gzip_vary on;
    gzip_types application/json application/javascript application/xml image/svg+xml text/css text/javascript
               text/plain text/xml;
    map $sent_http_content_type $expires {
        default 1y;
        "" off;
        ~*application/json 0;
        ~*text/html 0;
    }
    map $sent_http_content_type $cache_control {
        default "public, immutable, stale-while-revalidate";
        "" "no-store";
        ~*application/json "";
        ~*text/html "public, must-revalidate";
    }
    map $sent_http_content_type $frame_options {
        ~*text/html DENY;
    }
    map $sent_http_content_type $referrer_policy {
        ~*text/(css|html|javascript)|application/pdf|xml "strict-origin-when-cross-origin";
    }
    map $sent_http_content_type $cors {
        ~*image/ "*";
        ~*font/ "*";
    }
%s}
"""


def stock() -> str:
    """Return the official image's nginx.conf with one server in place of the welcome page."""
    text = (IMAGES / "nginx/nginx.conf").read_text(encoding="utf-8")
    return text.replace("    include /etc/nginx/conf.d/*.conf;\n", _SERVER % "")


def h5bp() -> str:
    """Return a configuration of the values of the project h5bp/server-configs-nginx (nginx.conf and its h5bp/ parts).

    Of the sample's maps those that concern the content served here. It has no proxy of its own: proxy_pass is bare.
    """
    return _H5BP % (_SERVER % _H5BP_TLS)


def ours() -> str:
    """Return what the role renders, with the bench's certificate, and with files in place of the static route."""
    text = (RENDERED / "nginx.conf").read_text(encoding="utf-8")
    text = re.sub(r"ssl_certificate [^;]+;", "ssl_certificate /bench/tls.pem;", text)
    text = re.sub(r"ssl_certificate_key [^;]+;", "ssl_certificate_key /bench/tls.key;", text)
    text, count = re.subn(r"(location /static/ \{[^}]*?)proxy_pass http://[^;]+;", rf"\1{FILES}", text)
    if not count:
        raise ValueError("the rendered configuration has no static route to put files in place of")
    return text.replace("/etc/edge/", "/bench/")


CONTENDERS: dict[str, Callable[[], str]] = {"stock": stock, "h5bp": h5bp, "ours": ours}

BACKEND_CONF = """
user nginx;
worker_processes 1;
events {
    worker_connections 4096;
}
http {
    access_log off;
    keepalive_requests 1000000;
    default_type application/json;
    open_file_cache max=10;
    server {
        listen 8000;
        root /bench/www;
    }
}
"""


def changed(text: str, change: str) -> str:
    """Return a configuration with one directive another: ``name value`` replaces it, or is added to http.

    An empty value removes the directive. For finding out which directive explains a difference.
    """
    name, _, value = change.partition(" ")
    line = f"{name} {value};" if value else ""
    pattern = rf"(?m)^([ \t]*){re.escape(name)} [^;]*;"
    if re.search(pattern, text):
        return re.sub(pattern, lambda found: found[1] + line, text)
    return text.replace("http {\n", f"http {{\n    {line}\n", 1)


def lay_out(directory: Path, name: str, text: str) -> None:
    """Write one contender's configuration beside the certificate and the files."""
    (directory / f"{name}.conf").write_text(text, encoding="utf-8")
    if name == "ours":
        (directory / "version.conf").write_bytes((RENDERED / "version.conf").read_bytes())
