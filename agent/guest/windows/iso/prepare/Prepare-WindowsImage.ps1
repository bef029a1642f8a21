<#
.SYNOPSIS
    Prepares a Windows installation as a golden image that the operator can provision.
.DESCRIPTION
    Run this script in the VM that becomes the image, in Windows PowerShell as an administrator, from the provisioning
    disc (`<drive>:\prepare\Prepare-WindowsImage.ps1`). Run sysprep afterwards. The script can be run again at any time. It

    - checks that the image has what the guest needs, and enables the Data Exchange Service of the integration services;
    - installs the bootstrap script in C:\ProgramData\HyperVOperator, which only SYSTEM and Administrators can access;
    - deletes the state, the keys and the published items of an earlier run of the guest;
    - has the bootstrap script run at every boot, by a scheduled task or by cloudbase-init;
    - writes an answer file for sysprep with a random administrator password that nobody knows.
.PARAMETER Starter
    What runs the bootstrap script: ScheduledTask (default), or CloudbaseInit, which must be installed and run as
    LocalSystem.
.PARAMETER AnswerFile
    Path of the answer file. An existing file is kept unless -Force is given.
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

#region functions
#endregion

$root = "$env:ProgramData\HyperVOperator"
Assert-HvoImageReady -Starter $Starter
if (-not $PSCmdlet.ShouldProcess($root, 'Install the bootstrap script of the hyperv-operator guest')) { return }

$kept = $null
if (-not $Force) { $kept = Get-HvoFileContent -Path $AnswerFile }
Enable-HvoDataExchange
Install-HvoBootstrap -Disc ([System.IO.Path]::GetDirectoryName($PSScriptRoot)) -Root $root
Clear-HvoGuestKvpItem
if ($Starter -eq 'CloudbaseInit') {
    Register-HvoLocalScript -Prepare $PSScriptRoot -Root $root -Force:$Force
} else {
    Register-HvoScheduledTask -Prepare $PSScriptRoot -Root $root
}
if ($kept) {
    Set-HvoFileContent -Path $AnswerFile -Content $kept
} else {
    Write-HvoAnswerFile -Prepare $PSScriptRoot -Path $AnswerFile
}
# At the first boot of each other VM with this disk, the guest replaces the password of the answer file, and deletes the file.
Set-HvoFileContent -Path "$root\answer-file" -Content ([System.IO.Path]::GetFullPath($AnswerFile))
Set-HvoFileContent -Path "$root\image-password" -Content (Get-HvoSmbiosUuid)

"The image is prepared. The bootstrap script is run by: $Starter."
'Eject the provisioning disc, remove what does not belong in the image, and run:'
"  C:\Windows\System32\Sysprep\sysprep.exe /generalize /oobe /shutdown /unattend:$AnswerFile"
'When the VM is off, copy its VHDX to the image folder of the host. Do not start the VM again.'
