function Receive-HvoUpload {
    <#
    .SYNOPSIS
        Appends pieces to the files of an upload. Returns how many bytes that were.
    .OUTPUTS
        Int64: bytes.
    #>
    [CmdletBinding()]
    [OutputType([long])]
    param(
        [Parameter(Mandatory = $true)] [string] $Staged,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [AllowEmptyString()] [string[]] $Pieces
    )
    $null = [System.IO.Directory]::CreateDirectory($Staged)
    if ((Get-HvoEntryKind -Path $Staged) -ne 'Folder') {
        Stop-HvoRollout -Code UploadBroken -Message "$Staged is a link, which no upload is. Begin a new upload."
    }
    $bytes = [long]0
    foreach ($text in $Pieces) {
        $piece = ConvertFrom-HvoRequest -Text $text -What 'piece'
        $bytes += Add-HvoUploadPiece -Staged $Staged -Piece $piece
    }
    # Writing into a folder below leaves the time of this one as it is, which is what prune goes by.
    [System.IO.Directory]::SetLastWriteTimeUtc($Staged, [DateTime]::UtcNow)
    return $bytes
}
