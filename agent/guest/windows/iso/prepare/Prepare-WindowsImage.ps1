<#
.SYNOPSIS
Makes a Windows installation into a golden image that configures itself with the data the operator seals for it.
.DESCRIPTION
Run it in the VM that becomes the image, as an administrator in Windows PowerShell, from the provisioning disc
(`<drive>:\prepare\Prepare-WindowsImage.ps1`), and sysprep the VM afterwards. It can be run again at any time. It

- checks that the image has what the guest needs, and enables the data exchange service of the integration services;
- puts the starter into C:\ProgramData\HyperVOperator, which SYSTEM and Administrators alone can use;
- forgets what an earlier life of the VM has left (state, keys, what it told its host);
- has the starter run at every boot: by a scheduled task, or by cloudbase-init;
- writes an answer file for sysprep whose administrator password is random and known to nobody.
.PARAMETER Starter
ScheduledTask (default), or CloudbaseInit, which has to be installed and to run as LocalSystem.
.PARAMETER AnswerFile
Where to write the answer file. An existing one is kept unless -Force is given.
.PARAMETER Force
Replace an existing answer file and cloudbase-init.conf.
.EXAMPLE
D:\prepare\Prepare-WindowsImage.ps1
C:\Windows\System32\Sysprep\sysprep.exe /generalize /oobe /shutdown /unattend:C:\ProgramData\HyperVOperator\unattend.xml
#>
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [Parameter()] [ValidateSet('ScheduledTask', 'CloudbaseInit')] [string] $Starter = 'ScheduledTask',
    [Parameter()] [string] $AnswerFile = "$env:ProgramData\HyperVOperator\unattend.xml",
    [Parameter()] [switch] $Force
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$disc = [System.IO.Path]::GetDirectoryName($PSScriptRoot)
$folders = @([System.IO.Path]::Combine($disc, 'border'), [System.IO.Path]::Combine($PSScriptRoot, 'functions'))
foreach ($folder in $folders) {
    foreach ($file in [System.IO.Directory]::GetFiles($folder, '*.ps1')) { . $file }
}

$root = "$env:ProgramData\HyperVOperator"
Assert-HvoImageReady -Starter $Starter
if (-not $PSCmdlet.ShouldProcess($root, 'Install the starter of the hyperv-operator guest')) { return }

$kept = $null
if (-not $Force) { $kept = Get-HvoFileContent -Path $AnswerFile }
Install-HvoBootstrap -Disc $disc -Root $root
Clear-HvoGuestKvpItem
if ($Starter -eq 'CloudbaseInit') { Register-HvoLocalScript -Prepare $PSScriptRoot -Root $root -Force:$Force }
else { Register-HvoScheduledTask -Prepare $PSScriptRoot -Root $root }
if ($kept) { Set-HvoFileContent -Path $AnswerFile -Content $kept }
else { Write-HvoAnswerFile -Prepare $PSScriptRoot -Path $AnswerFile }

"The image is prepared; the starter runs by $Starter."
'Eject the provisioning disc, remove what the image shall not have, and then:'
"  C:\Windows\System32\Sysprep\sysprep.exe /generalize /oobe /shutdown /unattend:$AnswerFile"
'Copy the VHDX into the image folder of the host once the VM is off. Do not start the VM again.'
