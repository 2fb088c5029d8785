# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""Small Compose projects, each about one thing. The unit tests read them; the judge says what they mean."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.judges.compose_systems import PLACEMENT, PYDOTORG

COMPOSE = "compose.yaml"


@dataclass(frozen=True, kw_only=True)
class Case:
    """files: name to text. paths: the Compose files in order. env: what is set besides HOME."""

    files: dict[str, str]
    paths: tuple[str, ...] = (COMPOSE,)
    profiles: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)


def one(text: str, *, profiles: tuple[str, ...] = (), env: dict[str, str] | None = None, **others: str) -> Case:
    """Return a project of one Compose file and what lies beside it; ``dot_env`` stands for ``.env``."""
    beside = {name.replace("dot_", ".").replace("__", "/"): content for name, content in others.items()}
    return Case(files={COMPOSE: text, **beside}, profiles=profiles, env=env or {})


def service(body: str, tail: str = "") -> Case:
    """Return a project of one service, its body in flow style."""
    return one(f"services: {{a: {{image: 'x:1', {body}}}}}\n{tail}")


def layers(base: str, over: str) -> Case:
    """Return a project of two files, the second over the first."""
    return Case(files={COMPOSE: base, "over.yaml": over}, paths=(COMPOSE, "over.yaml"))


_STORES = "volumes: {data: }\nnetworks: {back: {internal: true}, front: }\n"
_DOTENV = r"""
# comment
PLAIN=value
SPACED = around # comment
export EXPORTED=yes
SINGLE='$PLAIN # not a comment'
DOUBLE="line\nbreak $PLAIN \"q\" \$x"
MULTI="first
second"
EMPTY=
YAML: colon
1DIGIT=1
GLUED=#c
UNSET_AND_BARE
HASH=a#b
INHERITED
DEFAULTED=${NOPE:-${PLAIN}}
FROM_ENV=${OUTSIDE}
PLAIN2=$PLAIN
"""

AGREE: dict[str, Case] = {
    "placement": one(PLACEMENT),
    "pydotorg": one(PYDOTORG),
    "pydotorg-full": one(PYDOTORG, profiles=("full", "dev"), env={"TAG": "1.2.3"}),
    "anchors": one("""
x-base: &base {image: "x:1", environment: {A: 1, B: 2}}
services:
  a: *base
  b: {<<: *base, environment: {B: 3}}
  c: {<<: [{user: "1"}, *base], x-note: {any: thing}}
"""),
    "scalars": service(
        "environment: {A: 0640, B: yes, C: 1.10, D: 1e3, E: 0o17, F: 1_000, G: 0x1F, H: 22:22, I: true, J: ~, K: '', "
        "L: 1e30, M: .5, N: 12345678901234567890, O: 08, P: on, Q: 2024-01-01, R: 1e-7, S: 1.0, T: -5}"
    ),
    "interpolation": one(
        "services: {a: {image: 'x:${TAG}', environment: {A: '$SET', B: '${SET}x', C: '${NO:-d}', D: '${EMPTY:-d}', "
        "E: '${EMPTY-d}', F: '${SET:+y}', G: '${EMPTY:+y}', H: '${EMPTY+y}', I: '$$SET', J: '${NO:-${SET:-x}y}z', "
        "K: '$1 $ $-', L: '${SET:?no}', M: '${NO:-a:b-c?d}', N: '${SET:-{\"a\":1}}', O: '${NO-$$}'}}}",
        env={"TAG": "9", "SET": "s", "EMPTY": ""},
    ),
    "dot-env": one(
        "services: {a: {image: 'x:$TAG', environment: {W: $W, PASSED: , TAG: }}}",
        env={"W": "outer"},
        dot_env="TAG=from-file\nW=inner\nPASSED=on\n",
    ),
    "env-file": Case(
        files={
            COMPOSE: "services: {a: {image: x, env_file: [one.env, {path: no.env, required: false}, two.env], "
            "environment: {B: own}}, b: {image: x, env_file: one.env, environment: [C=c, D]}}",
            "one.env": _DOTENV,
            "two.env": "A=2\nB=2\nPLAIN=two\n",
        },
        env={"OUTSIDE": "o", "INHERITED": "i", "D": "d"},
    ),
    "ports": service(
        'ports: ["3000", 4000, "8080:80", "9000-9002:90-92", "127.0.0.1:53:53/udp", "127.0.0.1::22", "[::1]:54:54", '
        '"6000-6001", {target: 81, published: 8081, protocol: udp, mode: host}, {target: 82, published: "8082", '
        "host_ip: 127.0.0.1}]"
    ),
    "mounts": service(
        'volumes: ["./x:/x:ro", "data:/d", /anonymous, "~/h:/h", "../up:/up", "/abs:/abs:rw,z", "data:/n:nocopy", '
        "{type: bind, source: ./long, target: /l, read_only: true, bind: {create_host_path: false}}, "
        "{type: volume, source: data, target: /v}, {type: tmpfs, target: /t, tmpfs: {size: 5m, mode: 0755}}]",
        _STORES,
    ),
    "depends": one("""
services:
  a: {image: x, depends_on: [b, c]}
  b: {image: x, depends_on: {c: {condition: service_completed_successfully, restart: true}}}
  c: {image: x, depends_on: {d: {condition: service_healthy, required: false}}}
  d: {image: x, profiles: [off], depends_on: [nowhere]}
"""),
    "health": one("""
services:
  a: {image: x, healthcheck: {test: "curl x || exit 1", interval: 1m30s, timeout: 1.5s, start_interval: 500ms}}
  b: {image: x, healthcheck: {test: [CMD, "true"], retries: "3", start_period: 1h}}
  c: {image: x, healthcheck: {disable: true}}
  d: {image: x, healthcheck: {test: [NONE]}}
  e: {image: x, healthcheck: {interval: 90s}}
"""),
    "limits": one("""
services:
  a:
    image: x
    deploy:
      replicas: 3
      resources: {limits: {cpus: "0.5", memory: 1.5g, pids: 9}, reservations: {cpus: "0.25", memory: 64m}}
  b: {image: x, mem_limit: 512m, cpus: 1.5, pids_limit: 100, mem_reservation: 256m, scale: 2}
  c: {image: x, mem_limit: 1g, deploy: {resources: {limits: {memory: 1024m}}}}
  d: {image: x, deploy: {replicas: 0, resources: {limits: {memory: "1073741824"}}}}
"""),
    "commands": service("command: 'sh -c \"echo $$HOME a\"', entrypoint: [/e, '1', '1']"),
    "restart": one("""
services:
  a: {image: x, restart: no}
  b: {image: x, restart: "on-failure:3"}
  c: {image: x, restart: unless-stopped, labels: [p=q, r], user: "1000:1000"}
"""),
    "profiles": one(
        "services: {a: {image: x}, b: {image: x, profiles: [p, q]}, c: {image: x, profiles: [r], env_file: none.env}}",
        profiles=("q",),
    ),
    "extends-same-file": one(
        """
services:
  base: {image: "x:1", command: run, environment: {A: 1, B: 1}, ports: ["80"], labels: {l: 1}, profiles: [base]}
  mid: {extends: base, environment: [B=2], ports: ["81"]}
  top: {extends: {service: mid}, image: "y:2", command: [other], ports: ["82:82"]}
""",
        profiles=("base",),
    ),
    "extends-other-file": Case(
        files={
            COMPOSE: "services: {a: {extends: {file: sub/base.yaml, service: b}, volumes: ['./own:/own']}}\n" + _STORES,
            "sub/base.yaml": "services: {b: {extends: c, build: ./ctx, env_file: b.env, "
            "volumes: ['./in:/in', 'data:/d']}, c: {image: 'c:1', depends_on: {}, environment: {X: '${X:-d}'}}}",
            "sub/b.env": "FROM=b\n",
        }
    ),
    "override": layers(
        """
services:
  a: {image: "x:1", command: one two, environment: {A: 1, B: 1}, ports: ["80:80"], volumes: ["data:/d", "./s:/s"],
      depends_on: [b], healthcheck: {test: [CMD, a], interval: 5s}, deploy: {resources: {limits: {memory: 1g}}}}
  b: {image: y, build: ./b, labels: [a=1, b=1], logging: {driver: json-file, options: {max-size: 1m}}, dns: 192.0.2.1}
volumes: {data: }
""",
        """
services:
  a: {image: "x:2", command: [three], environment: [B=2, C=3], ports: ["81:81"], volumes: ["./t:/s:ro"],
      depends_on: {c: {condition: service_healthy}}, healthcheck: {test: [CMD, b]},
      deploy: {resources: {limits: {cpus: "2"}}}}
  b: {build: {target: t}, labels: {b: 2}, logging: {options: {max-file: "2"}}, dns: [192.0.2.2]}
  c: {image: z}
""",
    ),
    "reset": layers(
        "services: {a: {image: x, ports: ['80:80'], command: c, environment: {A: 1}, volumes: ['/v']}, b: {image: y}}",
        "services: {a: {ports: !override ['81:81'], command: !reset null, volumes: !reset [], "
        "environment: {A: !reset , B: 2}}}",
    ),
    "override-with-nothing": layers(
        "services: {a: {image: x, command: c, entrypoint: e, user: u, environment: [A=1, B=1], labels: {l: 1}}}",
        "services: {a: {command: , entrypoint: , user: , environment: {A: }, labels: {l: }}}",
    ),
    "networks": service("networks: {back: {aliases: [db]}, front: }, hostname: h", _STORES),
    "network-mode": one("services: {a: {image: x, network_mode: host}, b: {image: x, network_mode: 'service:a'}}"),
    "secrets": service(
        "secrets: [s, {source: t, target: other, uid: '1', mode: 0440}], configs: [{source: c, target: /etc/c}]",
        "secrets: {s: {file: ./s.txt}, t: {environment: HOME}}\nconfigs: {c: {file: ./c.conf}}\n",
    ),
    "extra": service(
        "working_dir: /w, tmpfs: /run, ulimits: {nofile: 5, nproc: {soft: 1, hard: 2}}, sysctls: [net.a=1], "
        "init: true, cap_add: [A], cap_drop: [ALL], shm_size: 64m, "
        "stop_grace_period: 90s, stop_signal: SIGINT, read_only: 'true', "
        "security_opt: ['no-new-privileges:true'], extra_hosts: ['a:192.0.2.1', 'b=::1'], dns: 192.0.2.2, tty: true, "
        "logging: {driver: local, options: {max-file: 3}}, expose: [80, '90-92'], stdin_open: true, group_add: [a, 1], "
        "memswap_limit: -1, mem_limit: 64m, oom_score_adj: -5, hostname: h, platform: linux/amd64, pull_policy: missing"
    ),
    "build": one("""
services:
  a: {build: ., image: "x:1"}
  b: {build: {context: ./b, dockerfile: D2, target: t, args: [A=1, HOME, NONE]}}
  c: {build: "https://example.org/a/b.git"}
  d: {build: {context: c, args: {Z: 1}, labels: {l: 1}}}
"""),
    "name-and-version": one("version: '3.8'\nname: shop\nservices: {a: {image: 'registry.example.org:5000/t/a:1'}}\n"),
    "digest": one(f"services: {{a: {{image: 'x@sha256:{'0' * 64}', container_name: c, domainname: d}}}}"),
}
