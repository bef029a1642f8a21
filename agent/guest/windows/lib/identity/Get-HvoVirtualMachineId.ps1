function Get-HvoVirtualMachineId {
    <#
    .SYNOPSIS
    Reads this VM's id, as the host tells it.
    .OUTPUTS
    System.String: the id in lower case, or nothing while the host has not told it.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $told = Get-HvoRegistryValue -Path 'SOFTWARE\Microsoft\Virtual Machine\Guest\Parameters' -Name 'VirtualMachineId'
    $id = [Guid]::Empty
    if ($told -and [Guid]::TryParse($told, [ref]$id)) { $id.ToString('D') }
}
