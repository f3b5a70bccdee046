const cdk = require('aws-cdk-lib');
const db = require('aws-cdk-lib/aws-dynamodb'), lambda = require('aws-cdk-lib/aws-lambda'), sqs = require('aws-cdk-lib/aws-sqs');
const app = new cdk.App({analyticsReporting: false});
class Data extends cdk.Stack { constructor(s, id, p) { super(s, id, p);
  this.table = new db.Table(this, 'Config', {tableName: 'orders-config', partitionKey: {name: 'pk', type: db.AttributeType.STRING}, billingMode: db.BillingMode.PAY_PER_REQUEST}); } }
class Api extends cdk.Stack { constructor(s, id, p) { super(s, id, p);
  const jobs = new sqs.Queue(this, 'Jobs', {queueName: 'orders-jobs'});
  const f = new lambda.Function(this, 'Health', {runtime: lambda.Runtime.NODEJS_22_X, handler: 'index.handler', code: lambda.Code.fromAsset('code'), environment: {TABLE: p.table.tableName, JOBS: jobs.queueUrl}});
  p.table.grantReadData(f);
  const url = f.addFunctionUrl({authType: lambda.FunctionUrlAuthType.NONE});
  new cdk.CfnOutput(this, 'HealthUrl', {value: url.url}); } }
const data = new Data(app, 'Data', {stackName: 'Orders-Data'});
new Api(app, 'Orders', {table: data.table});
new cdk.Stack(app, 'Unrelated');
app.synth();
