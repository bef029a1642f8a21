function Clear-HvoForeignState {
    <#
    .SYNOPSIS
    Forgets what a captured image has brought along of the VM it was made from: keys, data, and what was told to its host.
    .PARAMETER Context
    The guest's context.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    foreach ($name in @(Get-HvoFolderName -Path $Context.Machines)) {
        if ($name -ceq $Context.Vm) { continue }
        Remove-HvoMachineKey -VirtualMachineId $name
        Remove-HvoPath -Path ([System.IO.Path]::Combine($Context.Machines, $name))
        Write-HvoLog -Context $Context -Word ForeignStateRemoved
    }
    if (-not (Get-HvoFile -Path $Context.State)) { Set-HvoPost -Name 'ProvisioningState' }
}
