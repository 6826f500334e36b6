import { canInstall, install } from './install.mjs';

export const WAYS = `RabbitMQ is not here, and can't be installed from here. Any of these will do:
  - give the URL of a broker:  RABBITMQ_URL=amqp://user:password@host:5672/vhost npm start
  - install it:                sudo apt-get install rabbitmq-server   (Debian, Ubuntu)
                               brew install rabbitmq                  (macOS)
                               https://www.rabbitmq.com/docs/download (others)
  - start Docker`;

const NAME = process.platform === 'darwin' ? 'rabbitmq' : 'rabbitmq-server';

export const installRabbit = () => install({ title: 'RabbitMQ', name: NAME, ways: WAYS });

export const canInstallRabbit = () => canInstall(NAME);
