function Read-HvoByte {
    <#
    .SYNOPSIS
        Returns bytes of an open file; throws InvalidDataException if the file does not have them.
    .OUTPUTS
        Byte array.
    #>
    [CmdletBinding()]
    [OutputType([byte[]])]
    param(
        [Parameter(Mandatory = $true)] [System.IO.Stream] $Stream,
        [Parameter(Mandatory = $true)] [long] $Offset,
        [Parameter(Mandatory = $true)] [ValidateRange(1, 1048576)] [int] $Count
    )
    if ($Offset -lt 0 -or $Offset -gt $Stream.Length - $Count) {
        throw [System.IO.InvalidDataException]::new("it has $($Stream.Length) bytes, and $Count bytes at $Offset belong to it")
    }
    $bytes = [byte[]]::new($Count)
    $null = $Stream.Seek($Offset, 'Begin')
    $done = 0
    while ($done -lt $Count) {
        $read = $Stream.Read($bytes, $done, $Count - $done)
        if ($read -eq 0) { throw [System.IO.InvalidDataException]::new('it became shorter while it was read') }
        $done += $read
    }
    return , $bytes
}
