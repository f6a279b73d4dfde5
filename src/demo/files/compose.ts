import { type Site, upstream } from './site.ts';

/** A Docker Compose file the way upstream writes it: images of upstream's own, data in bind mounts. */
export const compose = (site: Site): string => `# Dify with Docker Compose
services:
  api:
    image: ${upstream(site, site.cast.application)}
    restart: always
    environment:
      MODE: api
      DB_HOST: db
    volumes:
      - ./volumes/app/storage:/app/api/storage
  worker:
    image: ${upstream(site, site.cast.application)}
    restart: always
    environment:
      MODE: worker
  redis:
    image: ${upstream(site, site.cast.redis)}
    restart: always
    volumes:
      - ./volumes/redis/data:/data
  weaviate:
    image: ${upstream(site, site.cast.weaviate)}
    restart: always
    volumes:
      - ./volumes/weaviate:/var/lib/weaviate
`;
