function Assert-HvoVmNotCritical {
    <#
    .SYNOPSIS
        Fails with VmCritical if a VM is in a critical state.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [object] $Vm
    )
    if (-not (Test-HvoVmCritical $Vm.State)) { return }
    $status = ([string](Get-HvoProperty $Vm 'Status')).Trim().TrimEnd('.')
    $text = if ($status) { " Hyper-V says: $status." } else { '' }
    Stop-HvoLaunch -Code VmCritical -Message "VM $(ConvertTo-HvoGuid $Vm.Id) is in the state $($Vm.State).$text"
}
