# Copyright: (c) 2026, the Holdfast contributors
# GNU General Public License v3.0+ (see LICENSE)
"""The Compose files of two whole systems, as their developers have them on a laptop."""

from __future__ import annotations

PLACEMENT = """
version: '3.9'

services:
  postgres:
    image: postgres:16-alpine
    environment:
      POSTGRES_USER: placement
      POSTGRES_PASSWORD: placement
      POSTGRES_DB: placement_dev
    ports:
      - "5432:5432"
    volumes:
      - postgres_data:/var/lib/postgresql/data
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U placement"]
      interval: 5s
      timeout: 5s
      retries: 5
  redis:
    image: redis:7-alpine
    ports:
      - "6379:6379"
    volumes:
      - redis_data:/data
    command: redis-server --appendonly yes
    healthcheck:
      test: ["CMD", "redis-cli", "ping"]
      interval: 5s
      timeout: 3s
      retries: 5
  api-gateway:
    build:
      context: ./apps/api-gateway
      dockerfile: Dockerfile
    ports:
      - "3000:3000"
    environment:
      PORT: 3000
      CORE_API_URL: http://core-api:4000
      REDIS_URL: redis://redis:6379
    depends_on:
      redis:
        condition: service_healthy
      core-api:
        condition: service_healthy
    volumes:
      - ./apps/api-gateway/src:/app/src  # hot reload in dev
  core-api:
    build:
      context: ./apps/core-api
      dockerfile: Dockerfile
    ports:
      - "4000:4000"
    environment:
      PORT: 4000
      DATABASE_URL: postgresql://placement:placement@postgres:5432/placement_dev
      REDIS_URL: redis://redis:6379
      S3_BUCKET: placement-local
      S3_ENDPOINT: http://minio:9000
    depends_on:
      postgres:
        condition: service_healthy
      redis:
        condition: service_healthy
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:4000/health"]
      interval: 10s
      timeout: 5s
      retries: 5
    volumes:
      - ./apps/core-api/src:/app/src
  tenant-web:
    build:
      context: ./apps/tenant-web
      dockerfile: Dockerfile
    ports:
      - "3001:3001"
    environment:
      NEXT_PUBLIC_API_URL: http://localhost:3000/api
    depends_on:
      - api-gateway
  notification-service:
    build:
      context: ./apps/notification-service
      dockerfile: Dockerfile
    ports:
      - "4001:4001"
    environment:
      REDIS_URL: redis://redis:6379
      DATABASE_URL: postgresql://placement:placement@postgres:5432/placement_dev
      RESEND_API_KEY: re_...
    depends_on:
      redis:
        condition: service_healthy
      postgres:
        condition: service_healthy
  ai-worker:
    build:
      context: ./apps/ai-worker
      dockerfile: Dockerfile
    ports:
      - "4002:4002"
    environment:
      REDIS_URL: redis://redis:6379
      DATABASE_URL: postgresql://placement:placement@postgres:5432/placement_dev
      OPENAI_API_KEY: sk-...
      CORE_API_INTERNAL_URL: http://core-api:4000
      CORE_API_INTERNAL_SECRET: dev-secret
    depends_on:
      redis:
        condition: service_healthy
      core-api:
        condition: service_healthy
  minio:
    image: minio/minio
    ports:
      - "9000:9000"
      - "9001:9001"   # console
    environment:
      MINIO_ROOT_USER: placement
      MINIO_ROOT_PASSWORD: placement123
    command: server /data --console-address ":9001"
    volumes:
      - minio_data:/data

volumes:
  postgres_data:
  redis_data:
  minio_data:
"""

PYDOTORG = r"""
x-app: &app
  image: ghcr.io/example/litestar-pydotorg:${TAG:-dev}
  build: .
  env_file: [{path: .env.dev, required: false}]
  environment: &environment
    APP_ENV: ${APP_ENV:-dev}
    SECRET_KEY: ${SECRET_KEY:-a-development-key-of-32-characters}
    DATABASE_URL: postgresql+asyncpg://postgres:postgres@postgres:5432/pydotorg
    DATABASE_POOL_SIZE: 20
    DATABASE_MAX_OVERFLOW: 10
    REDIS_URL: redis://redis:6379/0
    MEILISEARCH_URL: http://meilisearch:7700
    SMTP_HOST: maildev
    SMTP_PORT: 1025
    SMTP_USE_TLS: false
  depends_on: &stores
    postgres: {condition: service_healthy}
    redis: {condition: service_healthy}

services:
  app:
    <<: *app
    ports: ["8000:8000"]
    volumes: ["./src:/app/src", "uploads:/app/media"]
    healthcheck:
      test: python -c "import urllib.request; urllib.request.urlopen('http://localhost:8000/health')" || exit 1
      interval: 30s
      timeout: 10s
      start_period: 40s
      retries: 3
    deploy:
      resources: {limits: {cpus: "1", memory: 1G}, reservations: {memory: 512M}}
    logging:
      driver: json-file
      options: {max-size: 50m, max-file: "5"}
  worker:
    <<: *app
    command: ["saq", "pydotorg.tasks.worker.saq_settings"]
    environment:
      <<: *environment
      WORKER: "true"
    deploy:
      replicas: 2
      resources: {limits: {cpus: "0.5", memory: 512M}}
  postgres:
    image: postgres:16
    environment: [POSTGRES_USER=postgres, POSTGRES_PASSWORD=postgres, POSTGRES_DB=pydotorg]
    command: postgres -c max_connections=200 -c shared_buffers=256MB
    ports: ["127.0.0.1:5432:5432"]
    volumes: ["postgres_data:/var/lib/postgresql/data"]
    healthcheck: {test: ["CMD-SHELL", "pg_isready -U postgres"], interval: 5s, timeout: 5s, retries: 5}
  redis:
    image: redis:7-alpine
    ports: ["127.0.0.1:6379:6379"]
    volumes: ["redis_data:/data"]
    healthcheck: {test: ["CMD", "redis-cli", "ping"], interval: 5s, timeout: 3s, retries: 5}
  meilisearch:
    image: getmeili/meilisearch:v1.12
    profiles: [full]
    environment: {MEILI_NO_ANALYTICS: "true"}
    ports: ["7700:7700"]
    volumes: ["meilisearch_data:/meili_data"]
  maildev:
    image: maildev/maildev:2.2.1
    profiles: [dev]
    ports: ["1025:1025", "1080:1080"]

volumes:
  postgres_data:
  redis_data:
  meilisearch_data:
  uploads:
"""
