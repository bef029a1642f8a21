function Get-HvoExistingVm {
    <#
    .SYNOPSIS
        Returns the VM with a GUID; fails with VmMissing if this host does not have it, with VmUnreadable if it cannot be opened.
    .OUTPUTS
        VirtualMachine.
    #>
    [CmdletBinding()]
    [OutputType('Microsoft.HyperV.PowerShell.VirtualMachine')]
    param(
        [Parameter(Mandatory = $true)] [object] $VmId
    )
    $vm = Get-HvoVmById -VmId $VmId
    if ($null -eq $vm) {
        Stop-HvoLaunch -Code VmMissing -Message "VM $(ConvertTo-HvoGuid $VmId) no longer exists on this host."
    }
    return $vm
}
