const cdk = require('aws-cdk-lib');
const ecs = require('aws-cdk-lib/aws-ecs'), ec2 = require('aws-cdk-lib/aws-ec2'), assets = require('aws-cdk-lib/aws-ecr-assets'), sqs = require('aws-cdk-lib/aws-sqs'), lambda = require('aws-cdk-lib/aws-lambda');
const app = new cdk.App({analyticsReporting: false});
class Inner extends cdk.NestedStack { constructor(s, id) { super(s, id); new sqs.Queue(this, 'Queue', {queueName: 'in'}); } }
class Web extends cdk.Stage { constructor(s, id, p) { super(s, id, p);
  const syn = () => new cdk.DefaultStackSynthesizer({qualifier: 'team1', imageAssetsRepositoryName: 'team1-images'});
  const shared = new cdk.Stack(this, 'Shared', {synthesizer: syn()});
  const q = new sqs.Queue(shared, 'Jobs');
  const web = new cdk.Stack(this, 'Web', {synthesizer: syn()});
  const image = new assets.DockerImageAsset(web, 'Image', {directory: 'image'});
  new lambda.DockerImageFunction(web, 'Worker', {code: lambda.DockerImageCode.fromEcr(image.repository, {tagOrDigest: image.imageTag}), environment: {JOBS: q.queueUrl}});
  new Inner(web, 'Inner'); } }
new Web(app, 'Prod', {env: {account: '123456789012', region: 'us-east-1'}});
app.synth();
