export { LABS } from './catalogue.js';
export { isRight } from './grade.js';
export { labSchema, type Lab, type LabTask } from './schema.js';
