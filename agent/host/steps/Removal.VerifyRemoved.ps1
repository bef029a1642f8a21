<#
.SYNOPSIS
    Verifies that nothing of the machine is left; fails with RemoveFailed if something is.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$left = @()
$uid = $Context.Run.machine_uid
$list = Get-HvoVmList
Assert-HvoVmNotHidden -Context $Context -Problems $list.Problems -KnownIds $Context.KnownIds
$left += @($list.Vms | Where-Object { (Get-HvoVmMark -Vm $_).MachineUid -ceq $uid } | ForEach-Object { "VM $(ConvertTo-HvoGuid $_.Id)" })
if ([System.IO.Directory]::Exists($Context.Folder)) { $left += "folder $($Context.Folder)" }
if ($null -ne (Get-HvoClusterName)) {
    $left += @($Context.KnownIds | Where-Object { $null -ne (Get-HvoClusterRole -VmId $_) } | ForEach-Object { "cluster role of VM $_" })
}
if ($left.Count) {
    Stop-HvoLaunch -Code RemoveFailed -Message "These still exist after their removal: $($left -join ', ')."
}
