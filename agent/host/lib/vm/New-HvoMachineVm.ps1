function New-HvoMachineVm {
    <#
    .SYNOPSIS
        Creates the VM under the name that tells whose it is.
    .DESCRIPTION
        An answer may be lost although the VM was made: what is there counts.
    .OUTPUTS
        The VM.
    #>
    [CmdletBinding()]
    [OutputType('Microsoft.HyperV.PowerShell.VirtualMachine')]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $name = "hvo-$($Context.Run.machine_uid)"
    try {
        $null = New-VM -Name $name -Generation 2 -MemoryStartupBytes ([long]$Context.Fields.gb_ram * 1073741824) `
            -VHDPath $Context.DiskPath -Path $Context.Folder -SwitchName $Context.Job.host.virtual_switch
    } catch {
        $failure = $_
        $made = @(Get-VM | Where-Object { $_.Name -ceq $name })
        if ($made.Count -ne 1) { throw $failure }
        Write-HvoLog -Message "The VM was made although that ended with: $($failure.Exception.Message)"
    }
    $vm = Find-HvoMachineVm -Context $Context -Vms @(Get-VM)
    if ($null -eq $vm) { throw 'The VM was made and is not there.' }
    return $vm
}
