function New-HvoGuestContext {
    <#
    .SYNOPSIS
        Returns the id of this VM and the paths of its files.
    .PARAMETER Root
        Folder of the guest, which the image preparation has created.
    .PARAMETER VirtualMachineId
        Id of this VM.
    .OUTPUTS
        PSCustomObject with Vm (the id), Machines (folder with one folder per VM), Folder (the folder of this VM),
        Sealed, State and Log (files).
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [string] $Root,
        [Parameter(Mandatory = $true)] [string] $VirtualMachineId
    )
    $machines = [System.IO.Path]::Combine($Root, 'guest')
    $folder = [System.IO.Path]::Combine($machines, $VirtualMachineId)
    return [PSCustomObject]@{
        Vm = $VirtualMachineId
        Machines = $machines
        Folder = $folder
        Sealed = [System.IO.Path]::Combine($folder, 'data.jwe')
        State = [System.IO.Path]::Combine($folder, 'state.json')
        Log = [System.IO.Path]::Combine($Root, 'guest.log')
    }
}
