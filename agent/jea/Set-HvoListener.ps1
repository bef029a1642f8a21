<#
.SYNOPSIS
    Makes WinRM of this host listen on HTTPS for the operator.
.DESCRIPTION
    Run it on the Hyper-V host as an administrator, in Windows PowerShell 5.1. It can be run again at any time, for example when
    the certificate has been renewed. It starts WinRM, finds the certificate, sets the HTTPS listener and a firewall rule, and
    warns about settings of WinRM that are not safe.
.PARAMETER HostName
    Name by which the operator reaches this host: spec.address of the HyperVHost. The certificate has to carry it.
.PARAMETER RemoteAddress
    Addresses or networks the operator connects from: those of the cluster's nodes, or of its egress gateway.
.PARAMETER Thumbprint
    The certificate to use, from Cert:\LocalMachine\My. Without it the suitable one that is valid longest is used.
.PARAMETER Port
    The port; spec.connection.port of the HyperVHost.
.EXAMPLE
    .\Set-HvoListener.ps1 -HostName hyperv01.example.com -RemoteAddress 10.20.0.0/24
#>
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [Parameter(Mandatory = $true)] [ValidatePattern('\A[A-Za-z0-9][A-Za-z0-9.-]{0,252}\z', Options = 'None')] [string] $HostName,
    [Parameter(Mandatory = $true)] [string[]] $RemoteAddress,
    [Parameter()] [ValidatePattern('\A([0-9A-Fa-f]{40})?\z', Options = 'None')] [string] $Thumbprint = '',
    [Parameter()] [ValidateRange(1, 65535)] [int] $Port = 5986
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$functions = [System.IO.Path]::Combine($PSScriptRoot, 'functions')
foreach ($file in [System.IO.Directory]::GetFiles($functions, '*.ps1', 'AllDirectories')) { . $file }

Assert-HvoElevatedSession
$certificate = Find-HvoCertificate -HostName $HostName -Thumbprint $Thumbprint
if (-not $PSCmdlet.ShouldProcess("port $Port", "Make WinRM listen on HTTPS with certificate $certificate")) { return }
Set-Service -Name 'WinRM' -StartupType Automatic
Start-Service -Name 'WinRM'
Set-HvoHttpsListener -HostName $HostName -Thumbprint $certificate -Port $Port
Set-HvoFirewallRule -Port $Port -RemoteAddress $RemoteAddress
Write-HvoServiceWarning
