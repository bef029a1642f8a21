function Get-HvoVmById {
    <#
    .SYNOPSIS
        Returns the VM with a GUID, or null if this host does not have it; fails with VmUnreadable if it cannot be opened.
    .DESCRIPTION
        Neither the category nor the localized message of Get-VM's error shows whether the VM is missing or cannot be opened, so
        Msvm_ComputerSystem decides.
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
        $vm = Get-VM -Id ([Guid][string]$VmId) -ErrorAction Stop
        if ($null -eq $vm.State) { throw 'Its state could not be read.' }
        return $vm
    } catch {
        $failure = $_
    }
    if (Test-HvoErrorDenied $failure) { throw $failure }
    $id = ConvertTo-HvoGuid $VmId
    if (-not @(Get-HvoVmSystem -VmId $id).Count) {
        # Nothing is found either where Hyper-V does not answer.
        Assert-HvoHyperVService -Failures @($failure)
        return $null
    }
    Stop-HvoLaunch -Code VmUnreadable -Message "VM $id exists on this host and cannot be opened: $(Format-HvoError $failure)."
}
