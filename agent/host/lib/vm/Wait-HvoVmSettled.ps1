function Wait-HvoVmSettled {
    <#
    .SYNOPSIS
        Returns a VM once it is not between two states any more, or as it is after 30 seconds.
    .DESCRIPTION
        Hyper-V refuses to start, stop or remove a VM that is just starting, stopping, saving or resuming.
    .OUTPUTS
        VirtualMachine.
    #>
    [CmdletBinding()]
    [OutputType('Microsoft.HyperV.PowerShell.VirtualMachine')]
    param(
        [Parameter(Mandatory = $true)] [object] $VmId
    )
    $ends = [DateTime]::UtcNow.AddSeconds(30)
    while ($true) {
        $vm = Get-HvoExistingVm -VmId $VmId
        $settled = @('Running', 'Off', 'Paused', 'Saved') -contains (ConvertTo-HvoVmState $vm.State)
        if ($settled -or [DateTime]::UtcNow -ge $ends) { return $vm }
        Start-Sleep -Milliseconds 500
    }
}
