<#
.SYNOPSIS
    Copies the provisioning ISO of the guest's OS family into the machine's folder.
.OUTPUTS
    String: the path of the copy.
#>
[CmdletBinding()]
[OutputType([string])]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$source = Get-HvoIsoPath -Context $Context
if ([System.IO.File]::Exists($Context.IsoPath)) {
    $same = (ConvertTo-HvoHex (Get-HvoSha256 -Path $source)) -ceq (ConvertTo-HvoHex (Get-HvoSha256 -Path $Context.IsoPath))
    if ($same) { return $Context.IsoPath }
    Remove-HvoFile -Path $Context.IsoPath
}
$null = Copy-HvoFile -Source $source -Destination $Context.IsoPath
return $Context.IsoPath
