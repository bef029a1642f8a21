function New-HvoGuestContext {
    <#
    .SYNOPSIS
    Gathers what every part of the guest needs to know: this VM's id and where its files are.
    .PARAMETER Root
    Folder of the guest, which the image preparation has made.
    .PARAMETER VirtualMachineId
    This VM's id.
    .OUTPUTS
    System.Collections.Hashtable: Vm, Root, Folder (everything of this VM), Sealed, State and Log (files).
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [string] $Root,
        [Parameter(Mandatory = $true)] [string] $VirtualMachineId
    )
    $machines = [System.IO.Path]::Combine($Root, 'guest')
    $folder = [System.IO.Path]::Combine($machines, $VirtualMachineId)
    @{
        Vm = $VirtualMachineId
        Machines = $machines
        Folder = $folder
        Sealed = [System.IO.Path]::Combine($folder, 'data.jwe')
        State = [System.IO.Path]::Combine($folder, 'state.json')
        Log = [System.IO.Path]::Combine($Root, 'guest.log')
    }
}
