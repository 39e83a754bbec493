# Instructions of all kinds, for the disassembler to be held against WinDbg's: they are read, never run.
.intel_syntax noprefix
.text
.globl forms
.globl end_of_forms
forms:
  mul cl
  mul cx
  mul ecx
  mul r9
  mul qword ptr [rax]
  mul byte ptr [rax]
  imul cl
  imul cx
  imul ecx
  imul r9
  imul dword ptr [rax]
  imul eax,ecx,7
  imul eax,eax,300
  imul rax,qword ptr [rcx],12
  div cl
  div cx
  div byte ptr [rax]
  div qword ptr [r8+r9*4+10]
  idiv cl
  idiv r15w
  neg eax
  not byte ptr [rax]
  xchg eax,ecx
  xchg rax,r15
  xchg ecx,edx
  xchg [rax],ecx
  xchg al,cl
  bswap eax
  cmpxchg [rcx],edx
  lock cmpxchg [rcx],rdx
  lock cmpxchg16b [rdi]
  cmpxchg8b [rdi]
  lock xadd [rcx],eax
  lock inc dword ptr [rcx]
  lock or dword ptr [rsp],0
  bt eax,3
  bts dword ptr [rcx],5
  lock bts dword ptr [rcx],0
  btr rax,63
  shl eax,1
  shl eax,cl
  shr qword ptr [rax],4
  sar al,7
  rol eax,13
  rcl ecx,1
  shld eax,ecx,5
  shld eax,ecx,cl
  shrd qword ptr [rax],rcx,cl
  movsb
  movsw
  movsd
  movsq
  rep movsb
  rep movsd
  rep stosb
  rep stosw
  stosd
  stosq
  lodsb
  lodsq
  repne scasb
  repe scasq
  scasw
  cmpsb
  repe cmpsb
  cmpsq
  insb
  insd
  outsw
  in al,dx
  in eax,dx
  in al,0x60
  out dx,al
  out 0x80,al
  out dx,eax
  xlatb
  enter 16,0
  leave
  ret
  ret 8
  retf
  iretq
  iretd
  int3
  int 0x29
  int 0x2e
  int1
  ud2
  hlt
  nop
  xchg ax,ax
  nop dword ptr [rax]
  nop word ptr [rax+rax+0x100]
  nop eax
  pause
  lfence
  mfence
  sfence
  cpuid
  rdtsc
  rdtscp
  rdmsr
  wrmsr
  rdpmc
  syscall
  sysretq
  sysenter
  swapgs
  cli
  sti
  cld
  std
  clts
  wbinvd
  invd
  invlpg [rax]
  lgdt [rax]
  lidt [rax]
  sgdt [rax]
  sidt [rax]
  lldt ax
  ltr ax
  sldt ax
  str ax
  smsw ax
  lmsw ax
  mov cr3,rax
  mov rax,cr0
  mov cr8,rcx
  mov rax,dr7
  mov dr6,rax
  mov ds,ax
  mov ax,gs
  mov rax,gs:[0x188]
  mov eax,gs:[0x30]
  mov rcx,qword ptr gs:[0x60]
  mov dword ptr gs:[0x10],5
  mov rax,fs:[rcx+8]
  movabs rax,0x1122334455667788
  movabs rax,0xC012000000000000
  movabs rcx,0x100000005
  movabs al,[0x1122334455667788]
  movabs [0x1122334455667788],rax
  mov rax,-1
  mov eax,0x80000000
  mov eax,9
  mov eax,10
  mov al,0xA
  mov dword ptr [rax],0xFFFFFFFF
  mov qword ptr [rax],-2
  mov word ptr [rax],0x10
  mov byte ptr [rax],0
  add rax,-8
  add eax,0x7f
  sub rsp,0x28
  and rsp,-16
  and al,0xF0
  cmp eax,-1
  cmp byte ptr [rax],0xFF
  cmp word ptr [rax],0xFFFF
  test eax,eax
  test byte ptr [rax],1
  test ecx,0x80000000
  push 0
  push -1
  push 0x12345678
  push rax
  push r12
  push qword ptr [rax]
  pop qword ptr [rax]
  pushfq
  popfq
  push fs
  pop gs
  call rax
  call qword ptr [rax]
  call qword ptr [rax+rcx*8+0x20]
  jmp rcx
  jmp qword ptr [rcx*8]
  lea rax,[rcx]
  lea rax,[rcx*4]
  lea eax,[rcx-1]
  lea rax,[rsp+rcx*2-0x80]
  lea r8,[r12]
  lea r8,[r13]
  lea rax,[eax+4]
  mov eax,[0x1000]
  mov eax,[rsi*1+0x20]
  movzx eax,al
  movzx ecx,word ptr [rax]
  movsx rax,cl
  movsxd rax,ecx
  movsxd rax,dword ptr [rcx]
  cdqe
  cwde
  cbw
  cqo
  cdq
  cwd
  sahf
  lahf
  setne al
  setae byte ptr [rax]
  cmovne eax,ecx
  cmovg rax,qword ptr [rcx]
  cmovb eax,ecx
  cmovp eax,ecx
  adc eax,1
  sbb eax,eax
  stc
  clc
  cmc
  popcnt eax,ecx
  lzcnt eax,ecx
  tzcnt rax,rcx
  bsf eax,ecx
  bsr rax,qword ptr [rcx]
  andn eax,ecx,edx
  bextr eax,ecx,edx
  blsr eax,ecx
  rorx eax,ecx,5
  shlx eax,ecx,edx
  mulx eax,ecx,edx
  pdep eax,ecx,edx
  crc32 eax,cl
  movbe eax,[rcx]
  adcx eax,ecx
  rdrand eax
  rdseed rax
  rdfsbase rax
  wrgsbase rcx
  xgetbv
  xsetbv
  xsave [rax]
  xrstor [rax]
  xsaves [rax]
  xsaveopt64 [rax]
  fxsave [rax]
  fxrstor [rax]
  ldmxcsr [rax]
  stmxcsr dword ptr [rsp+8]
  prefetchnta [rax]
  prefetcht0 [rax+64]
  prefetchw [rax]
  clflush [rax]
  movnti [rax],ecx
  movntdq [rax],xmm0
  movntps [rax],xmm1
  movaps xmm0,xmm1
  movaps [rsp+0x20],xmm6
  movups xmm0,[rax]
  movdqa xmm6,[rsp+0x30]
  movdqu [rax],xmm0
  movsd xmm0,[rax]
  movsd [rax],xmm0
  movss xmm0,[rax]
  movq xmm0,rax
  movq rax,xmm0
  movd xmm0,ecx
  movd eax,xmm1
  movd xmm0,dword ptr [rax]
  movq xmm0,qword ptr [rax]
  movq qword ptr [rax],xmm3
  movhlps xmm0,xmm1
  movlhps xmm0,xmm1
  movhps xmm0,[rax]
  movlps [rax],xmm0
  movhpd xmm0,[rax]
  movlpd xmm0,[rax]
  movddup xmm0,[rax]
  movshdup xmm0,xmm1
  addpd xmm0,xmm1
  divsd xmm0,[rax]
  divss xmm0,[rax]
  sqrtsd xmm0,[rax]
  sqrtss xmm0,xmm1
  minsd xmm0,[rax]
  maxsd xmm0,[rax]
  ucomisd xmm0,[rax]
  ucomiss xmm0,[rax]
  comisd xmm0,xmm1
  cmpsd xmm0,[rax],1
  cmpltsd xmm0,xmm1
  cmpss xmm0,xmm1,0
  cmpneqps xmm0,xmm1
  cvtsi2sd xmm0,rax
  cvtsi2sd xmm0,dword ptr [rax]
  cvtsi2sd xmm0,qword ptr [rax]
  cvtsi2ss xmm0,ecx
  cvttsd2si eax,xmm0
  cvttsd2si rax,[rcx]
  cvtsd2ss xmm0,[rax]
  cvtss2sd xmm0,[rax]
  cvtdq2pd xmm0,[rax]
  cvtdq2ps xmm0,xmm1
  cvtps2pd xmm0,[rax]
  pxor xmm0,xmm0
  por xmm0,[rax]
  pand xmm0,xmm1
  paddd xmm0,xmm1
  psubq xmm0,[rax]
  pcmpeqb xmm0,xmm1
  pcmpgtd xmm0,xmm1
  pmovmskb eax,xmm0
  pshufd xmm0,xmm1,0xE4
  pshuflw xmm0,xmm1,4
  shufps xmm0,xmm1,0x44
  unpcklps xmm0,xmm1
  unpcklpd xmm0,[rax]
  punpcklbw xmm0,xmm1
  psrldq xmm0,8
  pslldq xmm0,4
  psllq xmm0,32
  psrld xmm0,xmm1
  pinsrw xmm0,eax,1
  pinsrd xmm0,[rax],2
  pextrw eax,xmm0,3
  pextrq rax,xmm0,1
  pshufb xmm0,[rax]
  palignr xmm0,xmm1,8
  ptest xmm0,xmm1
  roundsd xmm0,xmm1,1
  pmulld xmm0,xmm1
  pclmulqdq xmm0,xmm1,0x11
  aesenc xmm0,xmm1
  aeskeygenassist xmm0,xmm1,1
  sha256rnds2 xmm1,xmm2
  movmskps eax,xmm0
  maskmovdqu xmm0,xmm1
  lddqu xmm0,[rax]
  haddps xmm0,xmm1
  movq mm0,[rax]
  paddb mm0,mm1
  emms
  fld dword ptr [rax]
  fld qword ptr [rax]
  fld tbyte ptr [rax]
  fld st(1)
  fstp qword ptr [rax]
  fst dword ptr [rax]
  fstp st(0)
  fild dword ptr [rax]
  fild qword ptr [rax]
  fistp word ptr [rax]
  fadd st,st(1)
  faddp st(1),st
  fmul dword ptr [rax]
  fxch st(1)
  fld1
  fldz
  fninit
  fnstcw [rax]
  fldcw [rax]
  fnstsw ax
  fnclex
  fwait
  fcomi st,st(1)
  fsqrt
  fprem
  vmovups ymm0,[rax]
  vmovaps [rsp+0x40],ymm1
  vmovdqu ymm0,[rax]
  vmovdqu xmm0,[rax]
  vpxor ymm0,ymm1,[rax]
  vpxor xmm0,xmm0,xmm0
  vaddpd ymm0,ymm1,ymm2
  vmovsd xmm0,[rax]
  vmovss xmm0,xmm1,xmm2
  vmulsd xmm0,xmm1,[rax]
  vbroadcastss ymm0,[rax]
  vpbroadcastb ymm0,xmm1
  vextracti128 xmm0,ymm1,1
  vinsertf128 ymm0,ymm1,[rax],1
  vzeroupper
  vzeroall
  vfmadd231sd xmm0,xmm1,xmm2
  vpmovmskb eax,ymm0
  vpcmpeqb ymm0,ymm1,ymm2
  vpermq ymm0,ymm1,0xD8
  vmovd xmm0,eax
  vmovq xmm0,[rax]
  vptest ymm0,ymm1
  vmovdqu64 zmm0,[rax]
  vpxorq zmm0,zmm1,zmm2
  kmovw k1,eax
  vmovdqu8 zmm0{k1}{z},[rax]
  vmcall
  vmlaunch
  vmresume
  vmread rax,rcx
  vmwrite rax,rcx
  vmxon [rax]
  vmptrld [rax]
  invept rax,[rcx]
  vmmcall
  vmrun
  invvpid rax,[rcx]
  monitor
  mwait
  xbegin 1f
1: xabort 5
  xend
  endbr64
  rdsspq rax
  incsspq rax
  rstorssp [rax]
  setssbsy
  clac
  stac
  encls
  tpause eax
  umonitor rax
  serialize
  jecxz 2f
  jrcxz 2f
  loop 2f
2: jmp 2b
  je 2b
  .byte 0x2e,0x74,0x00
  .byte 0x3e,0xff,0xe0
  .byte 0x48,0x0f,0x1f,0x40,0x00
  .byte 0x66,0x66,0x2e,0x0f,0x1f,0x84,0,0,0,0,0
  .byte 0x66,0x90
  .byte 0xf3,0xc3
  .byte 0xf2,0xc3
  .byte 0x48,0xc3
  .byte 0x40,0x53
  .byte 0x48,0xff,0xe0
  .byte 0x48,0xff,0x25,1,0,0,0
  .byte 0x67,0x8b,0x00
  .byte 0x66,0x8b,0x00
  .byte 0xf2,0xff,0x15,1,0,0,0
  .byte 0xf1
  .byte 0x0f,0x0b
  .byte 0x0f,0xb9,0xc0
  .byte 0x0f,0x0d,0x08
  .byte 0x0f,0x18,0x08
  .byte 0x0f,0x19,0x08
  .byte 0xd6
  .byte 0x82,0xc0,0x01
  .byte 0x90
  .byte 0x41,0x90
  .byte 0xf3,0x48,0xab
  .byte 0x8b,0x04,0x36
  .byte 0x8b,0x04,0x25,0x10,0,0,0
  .byte 0x8b,0x04,0x35,0x10,0,0,0
end_of_forms: nop
