function Get-HvoVmById {
    <#
    .SYNOPSIS
        Returns the VM with a GUID, or null if this host does not have it.
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
        # The error message is localized, so only the list of VMs shows that the VM is missing.
        return Get-VM | Where-Object { [string]$_.Id -eq [string]$VmId } | Select-Object -First 1
    }
}
