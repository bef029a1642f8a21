<#
.SYNOPSIS
    Registers the endpoint (JEA) through which the operator can run the agent's jobs on this host, and nothing else.
.DESCRIPTION
    Run it on the Hyper-V host as an administrator, in Windows PowerShell 5.1. It can be run again at any time and changes only
    what differs. It

    - checks the group, the agent's folder and the rights on it, and that nothing writes transcripts of the endpoint;
    - leaves the folders of images and machines in the agent's agent.json to SYSTEM and Administrators, and warns of others;
    - installs the module HyperVOperator below Program Files, with the agent's folder fixed in it;
    - registers the session configuration for the group.

    The endpoint takes effect when the WinRM service is restarted, which ends every remote session of this host. The operator
    reconnects by itself. Afterwards set spec.connection.configurationName of the HyperVHost to the endpoint's name.
.PARAMETER Group
    Group (or account) that may use the endpoint, as DOMAIN\Name. Only the operator's account needs to be in it.
.PARAMETER AgentPath
    Folder of the agent; the same as spec.paths.agent of the HyperVHost.
.PARAMETER Name
    Name of the endpoint.
.PARAMETER GroupManagedServiceAccount
    Run jobs as this group managed service account (DOMAIN\name$) instead of as a virtual administrator account.
.PARAMETER VirtualAccountGroup
    Local groups of the virtual account, instead of Administrators: for example 'Hyper-V Administrators'.
.PARAMETER KeepFolderRights
    Leave the rights on the folders of images and machines as they are.
.PARAMETER RestartWinRM
    Restart the WinRM service if the endpoint has changed.
.EXAMPLE
    .\Register-HvoEndpoint.ps1 -Group 'EXAMPLE\hyperv-operator' -RestartWinRM
#>
[CmdletBinding(SupportsShouldProcess = $true, DefaultParameterSetName = 'Virtual')]
param(
    [Parameter(Mandatory = $true)] [ValidatePattern('\A[^"''`$\x00-\x1f]{1,100}\z', Options = 'None')] [string] $Group,
    [Parameter()] [string] $AgentPath = "$env:ProgramData\HyperVOperator",
    [Parameter()] [ValidatePattern('\A[A-Za-z0-9._-]{1,100}\z', Options = 'None')] [string] $Name = 'HyperVOperator',
    [Parameter(Mandatory = $true, ParameterSetName = 'Managed')]
    [ValidatePattern('\A[^\\]+\\[^\\]+\$\z', Options = 'None')] [string] $GroupManagedServiceAccount,
    [Parameter(ParameterSetName = 'Virtual')] [string[]] $VirtualAccountGroup = @(),
    [Parameter()] [switch] $KeepFolderRights,
    [Parameter()] [switch] $RestartWinRM
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$functions = [System.IO.Path]::Combine($PSScriptRoot, 'functions')
foreach ($file in [System.IO.Directory]::GetFiles($functions, '*.ps1', 'AllDirectories')) { . $file }

Assert-HvoElevatedSession
Assert-HvoGroup -Group $Group
Assert-HvoAgentFolder -Path $AgentPath
Write-HvoTranscriptWarning

$account = @{ RunAsVirtualAccount = $true }
if ($VirtualAccountGroup.Count -gt 0) { $account.RunAsVirtualAccountGroups = $VirtualAccountGroup }
if ($PSCmdlet.ParameterSetName -eq 'Managed') { $account = @{ GroupManagedServiceAccount = $GroupManagedServiceAccount } }
$folders = @(if (-not $KeepFolderRights) { Get-HvoDataFolder -AgentPath $AgentPath })
$configuration = Get-HvoSessionConfiguration -Template "$PSScriptRoot\HyperVOperator.pssc" -Group $Group -Account $account

if (-not $PSCmdlet.ShouldProcess($Name, 'Protect the folders, install the module and register the endpoint')) { return }
foreach ($folder in $folders) { Protect-HvoDataFolder -Path $folder }
Install-HvoModule -Source "$PSScriptRoot\HyperVOperator" -AgentPath $AgentPath
"The module HyperVOperator is installed; jobs run with the agent in $AgentPath."
if (-not (Register-HvoSessionConfiguration -Name $Name -Configuration $configuration)) {
    "The endpoint $Name is registered for $Group already."
    return
}
"The endpoint $Name is registered for $Group."
if ($RestartWinRM) {
    Restart-Service -Name 'WinRM' -Force
    'WinRM was restarted.'
} else {
    Write-Warning -Message 'The endpoint takes effect once the WinRM service is restarted, which ends all remote sessions.'
}
