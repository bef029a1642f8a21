function Get-HvoVmById {
    <#
    .SYNOPSIS
        Returns a VM by its GUID, or null if this host has none.
    .OUTPUTS
        VirtualMachine, or null.
    #>
    [CmdletBinding()]
    [OutputType('Microsoft.HyperV.PowerShell.VirtualMachine')]
    param(
        [Parameter(Mandatory = $true)] [AllowNull()] [object] $VmId
    )
    if (-not $VmId) { return $null }
    try {
        return Get-VM -Id ([Guid][string]$VmId) -ErrorAction Stop
    } catch {
        if ($_.CategoryInfo.Category -eq [System.Management.Automation.ErrorCategory]::PermissionDenied) { throw }
        # Words of other languages are no help here: whether it is missing is asked of the list.
        return Get-VM | Where-Object { [string]$_.Id -eq [string]$VmId } | Select-Object -First 1
    }
}
