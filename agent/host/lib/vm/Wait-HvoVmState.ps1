function Wait-HvoVmState {
    <#
    .SYNOPSIS
        Waits for a VM to be in a state of the protocol's, critical or not.
    .OUTPUTS
        Boolean: whether the VM is in the state.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [object] $VmId,
        [Parameter(Mandatory = $true)] [string] $State,
        [Parameter()] [int] $WaitSeconds = 60
    )
    $ends = [DateTime]::UtcNow.AddSeconds($WaitSeconds)
    while ($true) {
        $vm = Get-HvoVmById -VmId $VmId
        if ($null -ne $vm -and (ConvertTo-HvoVmState $vm.State) -eq $State) { return $true }
        if ([DateTime]::UtcNow -ge $ends) { return $false }
        Start-Sleep -Milliseconds 500
    }
}
